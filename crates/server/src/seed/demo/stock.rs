//! eSIMs in stock, and sold eSIMs with their history and usage.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
        sealed::{Profile, bytea},
    },
    catalog::Plan,
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::Result;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Resource,
    esims::{inventory::Esim, profile::ActivationCode},
    system::audit::AuditAction,
};

/// The indexes of the plans with stock; eSIMs of other plans are bought when they are sold.
pub const STOCKED: [usize; 6] = [0, 1, 3, 5, 12, 15];
/// The number of eSIMs in stock of each plan.
const STOCK_PER_PLAN: usize = 10;
/// The issuer of eSIMs in stock.
const STOCK_ISSUER: u32 = 101;
/// The issuer of eSIMs from providers.
const PROVIDER_ISSUER: u32 = 202;

/// The stage of an eSIM after the sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EsimStage {
    Unused,
    Installed,
    Active,
    Suspended,
    Expired,
    Cancelled,
}

/// Creates eSIMs with unique numbers.
pub struct Stock {
    made: usize,
}

/// The sale of an eSIM.
pub struct Sale<'a> {
    pub plan: &'a Plan,
    pub buyer: Uuid,
    pub at: DateTime<Utc>,
    pub from_stock: bool,
    pub stage: EsimStage,
    pub admin: Uuid,
}

/// A sold eSIM.
pub struct Sold {
    pub id: Uuid,
    pub iccid: String,
    pub code: ActivationCode,
    pub provider: Option<Uuid>,
    pub provider_ref: Option<String>,
}

/// Adds the stock, imported from two files.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>, catalog: &[Plan], admin: Uuid) -> Result<Stock> {
    let mut stock = Stock { made: 0 };
    for (index, plan) in STOCKED
        .iter()
        .filter_map(|number| catalog.get(*number))
        .enumerate()
    {
        let at = ctx.now - TimeDelta::days(if index < 3 { 50 } else { 12 });
        for _ in 0..STOCK_PER_PLAN {
            let (id, profile) = stock.next(STOCK_ISSUER, at)?;
            let mut row = base(ctx, id, &profile, plan, at)?;
            extend(
                &mut row,
                json!({ "status": "available", "profile_state": "released", "updated_at": at }),
            );
            rows.add("esims", row);
            add_status_change(
                rows,
                StatusChange {
                    esim: id,
                    number: 0,
                    at,
                    from: None,
                    to: ("available", "released"),
                    reason: None,
                    actor: Some(admin),
                    source: "import",
                },
            );
        }
        if index % 3 == 0 {
            rows.audit(
                at,
                Some((admin, "admin")),
                Event::new(AuditAction::EsimImport, "esim", Uuid::nil()),
                json!({ "created": STOCK_PER_PLAN * 3, "refused": 0 }),
                None,
            );
        }
    }
    Ok(stock)
}

impl Stock {
    fn next(&mut self, issuer: u32, at: DateTime<Utc>) -> Result<(Uuid, Profile)> {
        self.made += 1;
        Ok((
            id_of("demo esim", self.made, at),
            Profile::numbered(issuer, u64::try_from(self.made).unwrap_or_default())?,
        ))
    }

    /// Adds a sold eSIM with its history and usage.
    pub fn sell(
        &mut self,
        rows: &mut Rows,
        ctx: &SeedContext<'_>,
        sale: &Sale<'_>,
    ) -> Result<Sold> {
        let added_at = if sale.from_stock {
            sale.at - TimeDelta::days(6)
        } else {
            sale.at
        };
        let (id, profile) = self.next(
            if sale.from_stock {
                STOCK_ISSUER
            } else {
                PROVIDER_ISSUER
            },
            added_at,
        )?;
        let source = sale.plan.source.as_ref().filter(|_| !sale.from_stock);
        let provider_ref = source.map(|_| format!("SIM-{:08}", self.made));
        let (installed, activated) = (
            sale.at + TimeDelta::hours(9),
            sale.at + TimeDelta::hours(30),
        );
        let (status, state) = sale.stage.end();
        let expires = activated + TimeDelta::days(sale.stage.days(sale.plan.days));
        let (is_installed, is_activated) = (
            sale.stage != EsimStage::Unused,
            !matches!(sale.stage, EsimStage::Unused | EsimStage::Installed),
        );
        let mut row = base(ctx, id, &profile, sale.plan, added_at)?;
        extend(
            &mut row,
            json!({
                "status": status, "profile_state": state, "user_id": sale.buyer, "provider_id": source.map(|source| source.provider), "provider_ref": provider_ref,
                "assigned_at": sale.at, "installed_at": is_installed.then_some(installed), "activated_at": is_activated.then_some(activated), "expires_at": is_activated.then_some(expires),
                "version": 2 + i32::from(is_installed) + i32::from(is_activated), "updated_at": if is_activated { activated } else { sale.at },
            }),
        );
        rows.add("esims", row);
        let sold = Sold {
            id,
            iccid: profile.iccid,
            code: profile.code,
            provider: source.map(|source| source.provider),
            provider_ref,
        };
        add_history(rows, &sold, sale, added_at, installed, activated, expires);
        if is_activated {
            usage(rows, ctx, id, sale, activated, expires);
        }
        Ok(sold)
    }
}

impl EsimStage {
    fn end(self) -> (&'static str, &'static str) {
        match self {
            Self::Unused => ("available", "released"),
            Self::Installed => ("available", "installed"),
            Self::Active => ("active", "enabled"),
            Self::Suspended => ("suspended", "enabled"),
            Self::Expired => ("expired", "disabled"),
            Self::Cancelled => ("cancelled", "deleted"),
        }
    }

    /// Returns the validity in days: an expired eSIM has a short validity, so that it can be in the past.
    pub fn days(self, plan: i64) -> i64 {
        if self == Self::Expired {
            plan.min(7)
        } else {
            plan
        }
    }

    /// Returns the used percentage of the data, and the status of the bundle.
    pub fn bundle(self, seed: i64) -> (i64, &'static str) {
        match self {
            Self::Unused | Self::Installed => (0, "queued"),
            Self::Active | Self::Suspended => (5 + seed * 13 % 80, "active"),
            Self::Expired => (100, "expired"),
            Self::Cancelled => (2, "cancelled"),
        }
    }
}

fn base(
    ctx: &SeedContext<'_>,
    id: Uuid,
    profile: &Profile,
    plan: &Plan,
    at: DateTime<Utc>,
) -> Result<Value> {
    let (activation_code, matching_id) = profile.seal(ctx.keys, id)?;
    Ok(json!({
        "id": id, "iccid": profile.iccid, "iccid_check": "ok", "plan_id": plan.id, "activation_code": bytea(&activation_code), "matching_id": bytea(&matching_id),
        "smdp_address": profile.code.smdp_address, "qr_code_url": format!("{}/{id}/qr.svg", Esim::PATH), "created_at": at,
    }))
}

/// Adds the status history of a sold eSIM.
fn add_history(
    rows: &mut Rows,
    sold: &Sold,
    sale: &Sale<'_>,
    added_at: DateTime<Utc>,
    installed: DateTime<Utc>,
    activated: DateTime<Utc>,
    expires: DateTime<Utc>,
) {
    let (fresh, on_phone, in_use) = (
        ("available", "released"),
        ("available", "installed"),
        ("active", "enabled"),
    );
    if sale.from_stock {
        add_status_change(
            rows,
            StatusChange {
                esim: sold.id,
                number: 0,
                at: added_at,
                from: None,
                to: fresh,
                reason: None,
                actor: Some(sale.admin),
                source: "import",
            },
        );
        add_status_change(
            rows,
            StatusChange {
                esim: sold.id,
                number: 1,
                at: sale.at,
                from: Some(fresh),
                to: fresh,
                reason: Some("Sold from stock"),
                actor: None,
                source: "order",
            },
        );
    } else {
        add_status_change(
            rows,
            StatusChange {
                esim: sold.id,
                number: 0,
                at: added_at,
                from: None,
                to: fresh,
                reason: Some("Delivered by the provider"),
                actor: None,
                source: "order",
            },
        );
    }
    if sale.stage == EsimStage::Unused {
        return;
    }
    add_status_change(
        rows,
        StatusChange {
            esim: sold.id,
            number: 2,
            at: installed,
            from: Some(fresh),
            to: on_phone,
            reason: None,
            actor: None,
            source: "provider",
        },
    );
    if sale.stage == EsimStage::Installed {
        return;
    }
    add_status_change(
        rows,
        StatusChange {
            esim: sold.id,
            number: 3,
            at: activated,
            from: Some(on_phone),
            to: in_use,
            reason: None,
            actor: None,
            source: "provider",
        },
    );
    let (at, reason, actor, source) = match sale.stage {
        EsimStage::Suspended => (
            activated + TimeDelta::hours(20),
            "Reported as lost",
            Some(sale.admin),
            "admin",
        ),
        EsimStage::Cancelled => (
            activated + TimeDelta::hours(20),
            "Bought twice by mistake",
            Some(sale.admin),
            "admin",
        ),
        EsimStage::Expired => (expires, "The plan has ended", None, "provider"),
        _ => return,
    };
    add_status_change(
        rows,
        StatusChange {
            esim: sold.id,
            number: 4,
            at,
            from: Some(in_use),
            to: sale.stage.end(),
            reason: Some(reason),
            actor,
            source,
        },
    );
    if let Some(admin) = actor {
        let change = json!({ "status": { "before": in_use.0, "after": sale.stage.end().0 } });
        rows.audit(
            at,
            Some((admin, "admin")),
            Event::new(AuditAction::EsimChangeStatus, "esim", sold.id),
            change,
            Some(reason),
        );
    }
}

type State = (&'static str, &'static str);

/// An entry of the status history of an eSIM.
struct StatusChange<'a> {
    esim: Uuid,
    number: usize,
    at: DateTime<Utc>,
    from: Option<State>,
    to: State,
    reason: Option<&'a str>,
    actor: Option<Uuid>,
    source: &'a str,
}

fn add_status_change(rows: &mut Rows, change: StatusChange<'_>) {
    let StatusChange {
        esim,
        number,
        at,
        from,
        to,
        reason,
        actor,
        source,
    } = change;
    rows.add("esim_state_history", json!({
        "id": id_of(&esim.to_string(), number, at), "esim_id": esim, "from_status": from.map(|from| from.0), "to_status": to.0,
        "from_profile_state": from.map(|from| from.1), "to_profile_state": to.1, "reason": reason, "actor_id": actor, "source": source, "created_at": at,
    }));
}

fn usage(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    esim: Uuid,
    sale: &Sale<'_>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) {
    let limit = sale.plan.mb.map(|mb| i64::from(mb) * 1_000_000);
    let (percent, _) = sale.stage.bundle(start.timestamp() / 3600);
    rows.add("esim_data_usage", json!({
        "id": id_of(&format!("demo usage of {esim}"), 0, start), "esim_id": esim, "used_bytes": limit.unwrap_or(20_000_000_000) / 100 * percent, "limit_bytes": limit,
        "period_start": start, "period_end": end, "recorded_at": (ctx.now - TimeDelta::minutes(17)).min(end).max(start),
    }));
}

/// Adds fields to an object.
pub fn extend(row: &mut Value, more: Value) {
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
}
