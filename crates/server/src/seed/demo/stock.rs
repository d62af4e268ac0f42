//! eSIMs: those that wait for a buyer, and what became of those that were sold.

use super::{
    super::{
        Ground,
        rows::{Rows, id_of},
        sealed::{Profile, bytea},
    },
    catalogue::Plan,
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::Result;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Resource,
    esims::{inventory::Esim, profile::ActivationCode},
};

/// The plans of which there is stock; the others are bought when they are sold.
pub const STOCKED: [usize; 6] = [0, 1, 3, 5, 12, 15];
/// eSIMs in stock of each.
const EACH: usize = 10;
/// The issuer of the stock.
const OURS: u32 = 101;
/// The issuer of what providers deliver.
const THEIRS: u32 = 202;

/// How far an eSIM came after it was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Unused,
    Installed,
    Active,
    Suspended,
    Expired,
    Cancelled,
}

/// Makes eSIMs with numbers that no other has.
pub struct Stock {
    made: usize,
}

/// An eSIM that is sold.
pub struct Sale<'a> {
    pub plan: &'a Plan,
    pub buyer: Uuid,
    pub at: DateTime<Utc>,
    pub from_stock: bool,
    pub life: Life,
    pub admin: Uuid,
}

/// What was sold.
pub struct Sold {
    pub id: Uuid,
    pub iccid: String,
    pub code: ActivationCode,
    pub provider: Option<Uuid>,
    pub provider_ref: Option<String>,
}

/// Adds the stock, as two files brought it in.
pub fn add(rows: &mut Rows, ground: &Ground<'_>, catalogue: &[Plan], admin: Uuid) -> Result<Stock> {
    let mut stock = Stock { made: 0 };
    for (place, plan) in STOCKED
        .iter()
        .filter_map(|number| catalogue.get(*number))
        .enumerate()
    {
        let at = ground.now - TimeDelta::days(if place < 3 { 50 } else { 12 });
        for _ in 0..EACH {
            let (id, profile) = stock.next(OURS, at)?;
            let mut row = base(ground, id, &profile, plan, at)?;
            extend(
                &mut row,
                json!({ "status": "available", "profile_state": "released", "updated_at": at }),
            );
            rows.add("esims", row);
            step(
                rows,
                (id, 0),
                at,
                (None, ("available", "released")),
                None,
                Some(admin),
                "import",
            );
        }
        if place % 3 == 0 {
            rows.act(
                at,
                Some((admin, "admin")),
                ("esim.import", "esim", Uuid::nil()),
                json!({ "created": EACH * 3, "refused": 0 }),
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

    /// Adds an eSIM that was sold, with everything that happened to it since.
    pub fn sell(&mut self, rows: &mut Rows, ground: &Ground<'_>, sale: &Sale<'_>) -> Result<Sold> {
        let came = if sale.from_stock {
            sale.at - TimeDelta::days(6)
        } else {
            sale.at
        };
        let (id, profile) = self.next(if sale.from_stock { OURS } else { THEIRS }, came)?;
        let source = sale.plan.source.as_ref().filter(|_| !sale.from_stock);
        let provider_ref = source.map(|_| format!("SIM-{:08}", self.made));
        let (installed, activated) = (
            sale.at + TimeDelta::hours(9),
            sale.at + TimeDelta::hours(30),
        );
        let (status, state) = sale.life.end();
        let expires = activated + TimeDelta::days(sale.life.days(sale.plan.days));
        let (is_installed, is_activated) = (
            sale.life != Life::Unused,
            !matches!(sale.life, Life::Unused | Life::Installed),
        );
        let mut row = base(ground, id, &profile, sale.plan, came)?;
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
        told(rows, &sold, sale, (came, installed, activated, expires));
        if is_activated {
            usage(rows, ground, id, sale, (activated, expires));
        }
        Ok(sold)
    }
}

impl Life {
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

    /// Days that the plan lasted: what has expired was short, so that it could expire.
    pub fn days(self, plan: i64) -> i64 {
        if self == Self::Expired {
            plan.min(7)
        } else {
            plan
        }
    }

    /// Bytes in a hundred of the plan's that were used, and the state of the bundle.
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
    ground: &Ground<'_>,
    id: Uuid,
    profile: &Profile,
    plan: &Plan,
    at: DateTime<Utc>,
) -> Result<Value> {
    let (activation_code, matching_id) = profile.seal(ground.keys, id)?;
    Ok(json!({
        "id": id, "iccid": profile.iccid, "iccid_check": "ok", "plan_id": plan.id, "activation_code": bytea(&activation_code), "matching_id": bytea(&matching_id),
        "smdp_address": profile.code.smdp_address, "qr_code_url": format!("{}/{id}/qr.svg", Esim::PATH), "created_at": at,
    }))
}

/// Tells in the state history how it went.
fn told(
    rows: &mut Rows,
    sold: &Sold,
    sale: &Sale<'_>,
    (came, installed, activated, expires): (
        DateTime<Utc>,
        DateTime<Utc>,
        DateTime<Utc>,
        DateTime<Utc>,
    ),
) {
    let (fresh, on_phone, in_use) = (
        ("available", "released"),
        ("available", "installed"),
        ("active", "enabled"),
    );
    if sale.from_stock {
        step(
            rows,
            (sold.id, 0),
            came,
            (None, fresh),
            None,
            Some(sale.admin),
            "import",
        );
        step(
            rows,
            (sold.id, 1),
            sale.at,
            (Some(fresh), fresh),
            Some("Sold from stock"),
            None,
            "order",
        );
    } else {
        step(
            rows,
            (sold.id, 0),
            came,
            (None, fresh),
            Some("Delivered by the provider"),
            None,
            "order",
        );
    }
    if sale.life == Life::Unused {
        return;
    }
    step(
        rows,
        (sold.id, 2),
        installed,
        (Some(fresh), on_phone),
        None,
        None,
        "provider",
    );
    if sale.life == Life::Installed {
        return;
    }
    step(
        rows,
        (sold.id, 3),
        activated,
        (Some(on_phone), in_use),
        None,
        None,
        "provider",
    );
    let (at, reason, actor, source) = match sale.life {
        Life::Suspended => (
            activated + TimeDelta::hours(20),
            "Reported as lost",
            Some(sale.admin),
            "admin",
        ),
        Life::Cancelled => (
            activated + TimeDelta::hours(20),
            "Bought twice by mistake",
            Some(sale.admin),
            "admin",
        ),
        Life::Expired => (expires, "The plan has ended", None, "provider"),
        _ => return,
    };
    step(
        rows,
        (sold.id, 4),
        at,
        (Some(in_use), sale.life.end()),
        Some(reason),
        actor,
        source,
    );
    if let Some(admin) = actor {
        let change = json!({ "status": { "before": in_use.0, "after": sale.life.end().0 } });
        rows.act(
            at,
            Some((admin, "admin")),
            ("esim.move", "esim", sold.id),
            change,
            Some(reason),
        );
    }
}

type State = (&'static str, &'static str);

fn step(
    rows: &mut Rows,
    (esim, number): (Uuid, usize),
    at: DateTime<Utc>,
    (from, to): (Option<State>, State),
    reason: Option<&str>,
    actor: Option<Uuid>,
    source: &str,
) {
    rows.add("esim_state_history", json!({
        "id": id_of(&esim.to_string(), number, at), "esim_id": esim, "from_status": from.map(|from| from.0), "to_status": to.0,
        "from_profile_state": from.map(|from| from.1), "to_profile_state": to.1, "reason": reason, "actor_id": actor, "source": source, "created_at": at,
    }));
}

fn usage(
    rows: &mut Rows,
    ground: &Ground<'_>,
    esim: Uuid,
    sale: &Sale<'_>,
    (start, end): (DateTime<Utc>, DateTime<Utc>),
) {
    let limit = sale.plan.mb.map(|mb| i64::from(mb) * 1_000_000);
    let (percent, _) = sale.life.bundle(start.timestamp() / 3600);
    rows.add("esim_data_usage", json!({
        "id": id_of(&format!("demo usage of {esim}"), 0, start), "esim_id": esim, "used_bytes": limit.unwrap_or(20_000_000_000) / 100 * percent, "limit_bytes": limit,
        "period_start": start, "period_end": end, "recorded_at": (ground.now - TimeDelta::minutes(17)).min(end).max(start),
    }));
}

/// Adds fields to an object.
pub fn extend(row: &mut Value, more: Value) {
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
}
