//! Every operation on one object, called by another customer and by another API client. Neither reaches the object;
//! the owner does, which proves that the object exists.

use super::{
    openapi::operations,
    permissions::{body, scopes},
};
use crate::{
    accounts::kyc,
    flows::purchase::{order, simulate},
    harness::{Answer, Client, TestApp},
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    ApiClientId, Permission, PlanId, Reach, UserId,
    accounts::{api_clients::grantable, users::UserRole},
    billing::transactions::SimulatedOutcome,
};

/// Objects that every caller with the permission can see.
const SHARED_OBJECTS: &[&str] = &[
    "/v1/plans/{id}",
    "/v1/plans/{id}/quote",
    "/v1/plans/{id}/quote/explained",
    "/v1/pricing/{id}",
];

/// Operations with a file as the body, which have tests of their own.
const FILES: &[&str] = &["messages_upload"];

/// An API client and its customer, and another client and customer.
struct Fixture {
    app: TestApp,
    plan: PlanId,
    client: ApiClientId,
    program: Client,
    stranger: Client,
    other_program: Client,
}

impl Fixture {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let all: Vec<Permission> = grantable().collect();
        let (client, program) = app.as_client(&all);
        Self {
            plan: app.given(|given| {
                let plan = given.plan("9.90");
                let provider = given.provider("Simulated", 1);
                given.offer(plan, provider, "eu-5gb");
                plan
            }),
            stranger: app.as_role(UserRole::Customer),
            other_program: app.as_client(&all).1,
            app,
            client,
            program,
        }
    }

    fn customer(&self) -> UserId {
        self.app.given(|given| given.customer_of(self.client))
    }

    /// Returns the id of an object for an operation, and its owner. None if objects of this kind have no owner.
    async fn owned(&self, path: &str) -> Option<(String, Client)> {
        let ada = self.customer();
        let me = self.app.as_user(ada);
        let kind = path.split('/').nth(2).unwrap_or_default();
        let id = match kind {
            "users" => ada.to_string(),
            "sessions" => self.session(&me).await,
            "kyc" => id(&kyc::passport(&self.app, ada).await),
            "orders" => id(&order(&self.program, self.plan, ada, 1).await),
            "refunds" => self.refund(ada).await,
            "invoices" => self.purchase(ada, kind).await,
            "credit-notes" => self.credit_note(ada).await,
            "tickets" => self.ticket(&me, path).await,
            "ticket-attachments" => self.attachment(&me).await,
            "transactions" => self.purchase(ada, kind).await,
            "esims" => self.esim(ada, path).await,
            "esim-operations" => {
                let esim = self.esim(ada, "/refresh").await;
                self.of_esim(&format!("/v1/esims/{esim}/refresh")).await
            }
            "esim-shares" => {
                let esim = self.esim(ada, "/share").await;
                self.of_esim(&format!("/v1/esims/{esim}/share")).await
            }
            _ => return None,
        };
        Some((id, me))
    }

    /// Requests a partial refund of a completed payment.
    async fn refund(&self, by: UserId) -> String {
        let payment = self.purchase(by, "transactions").await;
        let admin = self.app.as_admin();
        let refund = crate::billing::refunds::request_refund(&admin, &payment, Some("1.00")).await;
        id(&refund.expect(201))
    }

    /// Returns the credit note of a paid refund.
    async fn credit_note(&self, by: UserId) -> String {
        let refund = self.refund(by).await;
        self.app.run_all_jobs().await;
        let notes = self.app.as_admin().get("/v1/credit-notes?limit=100").await;
        let notes = notes.expect(200);
        let of_it = notes["data"].as_array().expect("a list").iter();
        let mut of_it = of_it.filter(|note| note["refund_id"] == refund.as_str());
        id(of_it.next().expect("its credit note"))
    }

    async fn session(&self, me: &Client) -> String {
        let sessions = me.get("/v1/sessions").await.expect(200);
        id(&sessions["data"][0])
    }

    /// Opens a ticket; a rating needs a ticket that is resolved.
    async fn ticket(&self, me: &Client, path: &str) -> String {
        let new = json!({ "subject": "No data", "description": "It does not work" });
        let ticket = id(&me.post("/v1/tickets", new).await.expect(201));
        if path.ends_with("/rating") {
            let at = format!("/v1/tickets/{ticket}");
            let admin = self.app.as_admin();
            admin
                .post(&format!("{at}/resolve"), Value::Null)
                .await
                .expect(200);
            me.post(&format!("{at}/rating"), json!({ "score": 4 }))
                .await
                .expect(200);
        }
        ticket
    }

    /// Uploads a file to a ticket, and sends it.
    async fn attachment(&self, me: &Client) -> String {
        let ticket = self.ticket(me, "").await;
        let file = crate::support::upload(me, &ticket).await;
        let message = json!({ "message": "See the file", "attachments": [file] });
        me.post(&format!("/v1/tickets/{ticket}/messages"), message)
            .await
            .expect(200);
        file
    }

    /// Returns an eSIM of a provider, in the status that the operation needs.
    async fn esim(&self, by: UserId, path: &str) -> String {
        let esim = self.purchase(by, "esims").await;
        let status = match path.rsplit('/').next() {
            Some("suspend") => "active",
            Some("resume") => "suspended",
            _ => "available",
        };
        self.app.execute(&format!(
            "UPDATE esims SET provider_id = (SELECT id FROM data_providers LIMIT 1), status = '{status}' WHERE id = '{esim}'"
        ));
        esim
    }

    /// Creates an object of an eSIM as the client, and returns its id.
    async fn of_esim(&self, path: &str) -> String {
        let body = serde_json::json!({});
        id(&self.program.post(path, body).await.expect(201))
    }

    async fn purchase(&self, by: UserId, kind: &str) -> String {
        self.app.given(|given| given.stock(self.plan));
        let placed = order(&self.program, self.plan, by, 1).await;
        simulate(
            &self.app,
            &self.app.as_admin(),
            &placed,
            SimulatedOutcome::Succeed,
        )
        .await;
        let found = self.program.get(&format!("/v1/{kind}?user_id={by}")).await;
        id(&found.expect(200)["data"][0])
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

async fn call(client: &Client, method: &str, at: &str, operation: &Value) -> Answer {
    let sample = body(operation["operationId"].as_str().expect("a name"));
    let client = client
        .with("if-match", "\"v1\"")
        .with("idempotency-key", &Uuid::now_v7().to_string());
    client
        .send(method.parse().expect("a method"), at, sample)
        .await
}

#[actix_web::test]
async fn only_owners_reach_their_objects() {
    let fixture = Fixture::new().await;
    let (mut wrong, mut reached) = (Vec::new(), 0);
    for (method, path, operation) in operations() {
        let scopes = scopes(&operation);
        let name = operation["operationId"].as_str().expect("a name");
        if !path.contains("{id}")
            || SHARED_OBJECTS.contains(&path.as_str())
            || FILES.contains(&name)
        {
            continue;
        }
        // The addresses of webhooks contain a token instead.
        if scopes.is_empty() {
            continue;
        }
        let as_customer = scopes
            .iter()
            .all(|scope| scope.reach(UserRole::Customer) != Reach::None);
        let as_client = scopes
            .iter()
            .all(|scope| scope.reach_of_clients() != Reach::None);
        let Some((id, me)) = fixture.owned(&path).await else {
            // Only staff have such objects; otherwise this test needs a case for them.
            if as_customer || as_client {
                wrong.push(format!(
                    "{method} {path}: nothing of this kind is owned in this test"
                ));
            }
            continue;
        };
        let at = path.replace("{id}", &id);
        for (who, stranger, may) in [
            ("another customer", &fixture.stranger, as_customer),
            ("another client", &fixture.other_program, as_client),
        ] {
            let answer = call(stranger, &method, &at, &operation).await;
            if answer.status != if may { 404 } else { 403 } {
                wrong.push(format!(
                    "{method} {path} answers {} to {who}",
                    answer.status
                ));
            }
        }
        // The client calls first: an operation of the customer may end the customer's own session.
        for (who, owner, may) in [
            ("its client", &fixture.program, as_client),
            ("its owner", &me, as_customer),
        ] {
            // The owner cannot delete or cancel an object that the client has already deleted or cancelled.
            let ends = method == "DELETE" || operation["operationId"] == "orders_cancel";
            if !may || (ends && as_client && who == "its owner") {
                continue;
            }
            let answer = call(owner, &method, &at, &operation).await;
            reached += 1;
            if !(200..300).contains(&answer.status) {
                let (status, text) = (answer.status, answer.text());
                wrong.push(format!("{method} {path} answers {status} to {who}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(reached >= 15, "only {reached} reached");
}
