//! Writes the initial rows of a test, in the form of the sections: `given.plan("9.90")`, `given.stock(plan)`.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{PgConnection, prelude::*};
use platform::{
    crypto::{FieldContext, Keyring},
    people,
};
use schema::{
    api_clients, api_keys, data_providers, esims, plan_pricing, plan_provider_offers, plans,
    sessions, users,
};
use wire::{
    ApiClientId, ApiKeyId, Currency, EsimId, Money, OfferId, Permission, PlanId, PriceId,
    ProviderId, SessionId, UserId,
    accounts::{
        api_clients::ApiClientMode,
        users::{UserRole, UserStatus},
    },
    catalog::plans::{NewPlan, Regions},
    esims::{
        inventory::{EsimStatus, IccidCheck},
        profile::{ActivationCode, luhn},
    },
    integrations::providers::ProviderAdapter,
};

/// Writes rows for a test.
pub struct Given {
    conn: PgConnection,
    keys: Keyring,
    count: u32,
}

impl Given {
    /// Writes to a database, sealed with these keys.
    pub fn new(conn: PgConnection, keys: Keyring) -> Self {
        Self {
            conn,
            keys,
            count: 0,
        }
    }

    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    /// Adds a user with a role.
    pub fn user(&mut self, role: UserRole) -> UserId {
        let number = self.next();
        self.person(
            role,
            &format!("{role}{number}@example.com"),
            "Test",
            &format!("Person{number}"),
        )
    }

    /// Adds a user with a name and an email address.
    pub fn person(&mut self, role: UserRole, email: &str, first: &str, last: &str) -> UserId {
        let id = UserId::new();
        let seal = |column: &str, plain: &str| {
            self.keys
                .seal(FieldContext::new("users", column, id.0), plain)
                .expect("sealed")
        };
        let tokens = people::search_tokens(&self.keys, email, first, last, None);
        diesel::insert_into(users::table)
            .values((
                users::id.eq(id),
                users::email.eq(seal("email", email)),
                users::email_hash.eq(self
                    .keys
                    .blind("users.email", &people::normalised_email(email))),
                users::first_name.eq(seal("first_name", first)),
                users::last_name.eq(seal("last_name", last)),
                users::search_tokens.eq(tokens),
                users::password_hash.eq(platform::auth::UNUSABLE),
                users::status.eq(UserStatus::Active),
                users::role.eq(role),
            ))
            .execute(&mut self.conn)
            .expect("a user is written");
        id
    }

    /// Adds an API client with these scopes; returns its id and key.
    pub fn api_client(
        &mut self,
        mode: ApiClientMode,
        scopes: &[Permission],
    ) -> (ApiClientId, String) {
        let (id, key) = (ApiClientId::new(), platform::auth::generate_api_key(mode));
        diesel::insert_into(api_clients::table)
            .values((
                api_clients::id.eq(id),
                api_clients::name.eq(format!("Shop {}", self.next())),
                api_clients::mode.eq(mode),
                api_clients::scopes.eq(serde_json::json!(scopes)),
            ))
            .execute(&mut self.conn)
            .expect("a client is written");
        diesel::insert_into(api_keys::table)
            .values((
                api_keys::id.eq(ApiKeyId::new()),
                api_keys::client_id.eq(id),
                api_keys::prefix.eq(&key.prefix),
                api_keys::key_hash.eq(&key.hash),
            ))
            .execute(&mut self.conn)
            .expect("a key is written");
        (id, key.key.to_string())
    }

    /// Adds a customer of an API client.
    pub fn customer_of(&mut self, client: ApiClientId) -> UserId {
        let id = self.user(UserRole::Customer);
        diesel::update(users::table.find(id))
            .set(users::client_id.eq(client))
            .execute(&mut self.conn)
            .expect("the customer's client is set");
        id
    }

    /// Adds a session of a user, as sign-in creates it.
    pub fn session(&mut self, user: UserId) -> SessionId {
        let id = SessionId::new();
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(id),
                sessions::user_id.eq(user),
                sessions::family_id.eq(id.0),
                sessions::refresh_hash.eq(platform::crypto::digest(id.0.as_bytes())),
                sessions::expires_at.eq(Utc::now() + TimeDelta::days(1)),
                sessions::confirmed_at.eq(Utc::now()),
            ))
            .execute(&mut self.conn)
            .expect("a session is written");
        id
    }

    /// Adds a plan with this price in USD.
    pub fn plan(&mut self, price: &str) -> PlanId {
        let name = format!("5 GB Europe {}", self.next());
        let id = self.unpriced_plan(&name);
        self.price(
            id,
            price,
            Currency::Usd,
            Utc::now() - TimeDelta::hours(1),
            None,
        );
        id
    }

    /// Adds a plan with this price in USD that a simulated provider delivers.
    pub fn supplied_plan(&mut self, price: &str) -> PlanId {
        self.offered_plan(price, "eu-5gb")
    }

    /// Adds a plan with this price in USD that its only provider refuses to deliver.
    pub fn undeliverable_plan(&mut self, price: &str) -> PlanId {
        self.offered_plan(price, "refuse-5gb")
    }

    /// Adds a plan with a provider of its own that offers it under this SKU.
    pub fn offered_plan(&mut self, price: &str, sku: &str) -> PlanId {
        let plan = self.plan(price);
        let name = format!("Provider of plan {}", self.next());
        let provider = self.provider(&name, 1);
        self.offer(plan, provider, sku);
        plan
    }

    /// Adds a plan without a price.
    pub fn unpriced_plan(&mut self, name: &str) -> PlanId {
        let id = PlanId::new();
        let new = NewPlan {
            name: name.to_owned(),
            data_limit_mb: Some(5000.into()),
            regions: Regions(vec!["EUROPE".into()]),
            ..NewPlan::default()
        };
        diesel::insert_into(plans::table)
            .values((plans::id.eq(id), &new))
            .execute(&mut self.conn)
            .expect("a plan is written");
        id
    }

    /// Adds a price of a plan.
    pub fn price(
        &mut self,
        plan: PlanId,
        price: &str,
        currency: Currency,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
    ) -> PriceId {
        let id = PriceId::new();
        diesel::insert_into(plan_pricing::table)
            .values((
                plan_pricing::id.eq(id),
                plan_pricing::plan_id.eq(plan),
                plan_pricing::region.eq("GLOBAL"),
                plan_pricing::cost_price.eq(money("2.00")),
                plan_pricing::selling_price.eq(money(price)),
                plan_pricing::currency.eq(currency),
                plan_pricing::effective_from.eq(from),
                plan_pricing::effective_to.eq(to),
            ))
            .execute(&mut self.conn)
            .expect("a price is written");
        id
    }

    /// Adds a simulated provider.
    pub fn provider(&mut self, name: &str, priority: i32) -> ProviderId {
        let id = ProviderId::new();
        let key = self
            .keys
            .seal_text(
                FieldContext::new("data_providers", "api_key_encrypted", id.0),
                "a-key-for-tests",
            )
            .expect("sealed");
        diesel::insert_into(data_providers::table)
            .values((
                data_providers::id.eq(id),
                data_providers::name.eq(name),
                data_providers::adapter.eq(ProviderAdapter::Simulator),
                data_providers::api_endpoint.eq("https://simulator.invalid"),
                data_providers::api_key_encrypted.eq(key),
                data_providers::priority.eq(priority),
                data_providers::currency.eq(Currency::Usd),
            ))
            .execute(&mut self.conn)
            .expect("a provider is written");
        id
    }

    /// Adds an offer of a provider for a plan. The prefix of the SKU selects the behaviour of the simulator.
    pub fn offer(&mut self, plan: PlanId, provider: ProviderId, sku: &str) -> OfferId {
        let id = OfferId::new();
        diesel::insert_into(plan_provider_offers::table)
            .values((
                plan_provider_offers::id.eq(id),
                plan_provider_offers::plan_id.eq(plan),
                plan_provider_offers::provider_id.eq(provider),
                plan_provider_offers::sku.eq(sku),
                plan_provider_offers::cost.eq(money("2.00")),
                plan_provider_offers::currency.eq(Currency::Usd),
            ))
            .execute(&mut self.conn)
            .expect("an offer is written");
        id
    }

    /// Adds an eSIM in stock for a plan; returns its id and activation code.
    pub fn stock(&mut self, plan: PlanId) -> (EsimId, String) {
        let (id, number) = (EsimId::new(), self.next());
        let body = format!("894400000000{number:06}");
        let iccid = (0..10)
            .map(|digit| format!("{body}{digit}"))
            .find(|iccid| luhn(iccid))
            .expect("a check digit exists");
        let code = ActivationCode::parse(&format!("LPA:1$smdp.example.com$STOCK-{number:06}"))
            .expect("a code");
        let seal = |column: &str, plain: &str| {
            self.keys
                .seal(FieldContext::new("esims", column, id.0), plain)
                .expect("sealed")
        };
        diesel::insert_into(esims::table)
            .values((
                esims::id.eq(id),
                esims::iccid.eq(iccid),
                esims::iccid_check.eq(IccidCheck::Ok),
                esims::plan_id.eq(plan),
                esims::status.eq(EsimStatus::Available),
                esims::activation_code.eq(seal("activation_code", &code.lpa())),
                esims::matching_id.eq(seal("matching_id", &code.matching_id)),
                esims::smdp_address.eq(&code.smdp_address),
            ))
            .execute(&mut self.conn)
            .expect("an eSIM is written");
        (id, code.lpa())
    }

    /// Raises the sum of refunds in USD that one person may approve alone per day, for tests in which one administrator
    /// refunds many payments.
    ///
    /// # Panics
    /// When the setting is missing.
    pub fn raise_approval_limit(&mut self) {
        let changed = diesel::sql_query(
            r#"UPDATE system_settings SET value = '{"USD":"1000000.00"}' WHERE key = 'refunds.four_eyes_above'"#,
        )
        .execute(&mut self.conn)
        .expect("the limit is raised");
        assert_eq!(changed, 1);
    }

    /// Returns the connection, to inspect rows.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }
}

/// Parses an amount of money.
pub fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}
