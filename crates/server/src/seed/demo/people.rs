//! Fictional customers from many countries, and two members of staff. The addresses are at example.com, and the phone numbers
//! are in ranges that are reserved for fiction.

use super::super::{
    SeedContext,
    rows::{Event, Rows, id_of},
    sealed::{Person, bytea},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Result, auth::UNUSABLE};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::system::audit::AuditAction;

/// The email address that shows that the demo data exists.
pub const FIRST: &str = "amara.okafor@example.com";

/// First name, last name, local part of the email address, phone number.
const CUSTOMERS: [(&str, &str, &str, &str); 25] = [
    ("Amara", "Okafor", "amara.okafor", "+44 20 7946 0011"),
    ("Søren", "Kjærgaard", "soren.kjaergaard", "+44 20 7946 0012"),
    ("Zoë", "van den Berg", "zoe.vandenberg", "+44 20 7946 0013"),
    ("Mateo", "Quispe Huamán", "mateo.quispe", "+1 202 555 0104"),
    (
        "Ingibjörg",
        "Sæmundsdóttir",
        "ingibjorg.s",
        "+44 20 7946 0015",
    ),
    ("Hiroshi", "Tanabe", "hiroshi.tanabe", "+1 202 555 0106"),
    (
        "Priya",
        "Raghunathan",
        "priya.raghunathan",
        "+1 202 555 0107",
    ),
    (
        "Łukasz",
        "Wiśniewicz",
        "lukasz.wisniewicz",
        "+44 20 7946 0018",
    ),
    (
        "Chloé",
        "Delacroix-Martin",
        "chloe.delacroix",
        "+44 20 7946 0019",
    ),
    ("Nguyễn", "Thị Mai", "nguyen.mai", "+1 202 555 0110"),
    ("Aylin", "Çelikkaya", "aylin.celikkaya", "+44 20 7946 0021"),
    ("Tomás", "Ó Briain", "tomas.obriain", "+44 20 7946 0022"),
    ("Leilani", "Kahananui", "leilani.k", "+1 202 555 0113"),
    ("Dimitra", "Papanikolaou", "dimitra.p", "+44 20 7946 0024"),
    (
        "Kwame",
        "Boateng-Asante",
        "kwame.boateng",
        "+44 20 7946 0025",
    ),
    ("Jiří", "Dvořáček", "jiri.dvoracek", "+44 20 7946 0026"),
    (
        "Fatima",
        "Benhaddou",
        "fatima.benhaddou",
        "+44 20 7946 0027",
    ),
    ("Eun-ji", "Baek", "eunji.baek", "+1 202 555 0118"),
    ("João", "Vasconcelos", "joao.vasconcelos", "+1 202 555 0119"),
    ("Yael", "Rosenfeld", "yael.rosenfeld", "+1 202 555 0120"),
    ("Björn", "Lindqvist", "bjorn.lindqvist", "+44 20 7946 0031"),
    ("Siobhán", "Mac Cárthaigh", "siobhan.mc", "+44 20 7946 0032"),
    (
        "Andrei",
        "Ionescu-Pop",
        "andrei.ionescu",
        "+44 20 7946 0033",
    ),
    ("Wei", "Zhuang", "wei.zhuang", "+1 202 555 0124"),
    (
        "Ana María",
        "Echeverría",
        "ana.echeverria",
        "+1 202 555 0125",
    ),
];

/// The seeded people.
pub struct People {
    pub admin: Uuid,
    pub support: Uuid,
    pub customers: Vec<Customer>,
}

/// A customer, with the data that orders need.
pub struct Customer {
    pub id: Uuid,
    pub email: String,
}

/// Adds the staff and the customers.
pub fn add(rows: &mut Rows, ctx: &SeedContext<'_>) -> Result<People> {
    let opened = ctx.now - TimeDelta::days(60);
    let admin = staff(
        rows,
        ctx,
        "Robin",
        "Whitlock",
        "robin.whitlock@example.com",
        "admin",
        opened,
    )?;
    let support = staff(
        rows,
        ctx,
        "Noor",
        "Haddad",
        "noor.haddad@example.com",
        "support",
        opened + TimeDelta::days(1),
    )?;
    let customers = CUSTOMERS.iter().enumerate().map(|(number, &(first_name, last_name, name, phone))| {
        let at = ctx.now - TimeDelta::hours(i64::try_from(CUSTOMERS.len() - number).unwrap_or(1) * 33 + 700);
        let (id, email) = (id_of("demo customer", number, at), format!("{name}@example.com"));
        let person = Person { email: &email, first_name, last_name, phone: (number % 7 != 6).then_some(phone) };
        let status = match number { 12 => "inactive", 19 => "suspended", 23 => "banned", _ => "active" };
        let kyc = match number % 5 { 0 | 1 => "verified", 4 if number == 14 => "rejected", _ => "pending" };
        row(rows, ctx, id, &person, json!({ "role": "customer", "status": status, "kyc_status": kyc, "created_by": (number % 3 == 0).then_some(admin), "created_at": at, "last_login": (number % 4 == 1).then_some(ctx.now - TimeDelta::hours(5)) }))?;
        let maker = if number % 3 == 0 { Some((admin, "admin")) } else { None };
        rows.audit(at, maker, Event::new(AuditAction::UserCreate, "user", id), json!({ "fields": ["email", "first_name", "last_name", "phone"] }), None);
        Ok(Customer { id, email })
    }).collect::<Result<_>>()?;
    Ok(People {
        admin,
        support,
        customers,
    })
}

fn staff(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    first_name: &str,
    last_name: &str,
    email: &str,
    role: &str,
    at: DateTime<Utc>,
) -> Result<Uuid> {
    let id = id_of(email, 0, at);
    row(
        rows,
        ctx,
        id,
        &Person {
            email,
            first_name,
            last_name,
            phone: None,
        },
        json!({ "role": role, "status": "active", "kyc_status": "verified", "created_by": null, "created_at": at, "last_login": null }),
    )?;
    rows.audit(
        at,
        None,
        Event::new(AuditAction::UserCreate, "user", id),
        json!({ "fields": ["email", "first_name", "last_name"] }),
        None,
    );
    Ok(id)
}

/// Adds a user. The user cannot sign in with a password until an administrator has invited them.
fn row(
    rows: &mut Rows,
    ctx: &SeedContext<'_>,
    id: Uuid,
    person: &Person<'_>,
    rest: Value,
) -> Result<()> {
    let sealed = person.seal(ctx.keys, id)?;
    let mut row = json!({
        "id": id, "password_hash": UNUSABLE, "search_tokens": sealed.search_tokens, "email": bytea(&sealed.email), "email_hash": bytea(&sealed.email_hash),
        "first_name": bytea(&sealed.first_name), "last_name": bytea(&sealed.last_name), "phone": sealed.phone.as_deref().map(bytea),
    });
    if let (Some(row), Value::Object(rest)) = (row.as_object_mut(), rest) {
        row.extend(rest);
    }
    if let Some(row) = row.as_object_mut() {
        row.insert(
            "updated_at".to_owned(),
            row.get("created_at").cloned().unwrap_or_default(),
        );
    }
    rows.add("users", row);
    Ok(())
}
