//! Seeds many rows for measurements. Rows with sealed values are generated here on every core and copied; SQL statements in
//! `scale/` generate the other rows.
//!
//! Every id is derived from a kind and a number, so that the statements can reference each other's rows.

mod tickets;

use super::{
    SeedContext,
    sealed::{Person, Profile},
};
use diesel::{PgConnection, connection::SimpleConnection, pg::CopyFormat, prelude::*};
use platform::{Error, Result, auth::UNUSABLE, crypto::Keyring};
use schema::{esims, users};
use std::{fmt::Write, sync::mpsc, thread};
use tickets::Tickets;
use uuid::Uuid;

/// The number of rows of each kind.
pub struct Size {
    users: u64,
    esims: u64,
    orders: u64,
    readings: u64,
    tickets: u64,
}

/// Scale S.
pub const SMALL: Size = Size {
    users: 1_000,
    esims: 5_000,
    orders: 20_000,
    readings: 20,
    tickets: 2_000,
};
/// Scale L. Readings are per eSIM.
pub const LARGE: Size = Size {
    users: 200_000,
    esims: 1_000_000,
    orders: 2_000_000,
    readings: 10,
    tickets: 100_000,
};

const FIRST: [&str; 20] = [
    "Ada", "Bruno", "Chiara", "Dawit", "Elif", "Finn", "Grace", "Hana", "Ivan", "Jorge", "Keiko",
    "Lena", "Mirza", "Nadia", "Oskar", "Paula", "Quentin", "Rosa", "Samir", "Tuva",
];
const LAST: [&str; 25] = [
    "Almeida", "Berger", "Costa", "Dlamini", "Eriksen", "Farouk", "Garcia", "Haddad", "Ito",
    "Jansen", "Kovacs", "Lopez", "Moreau", "Novak", "Okafor", "Petrov", "Quint", "Rossi", "Silva",
    "Tanaka", "Ueda", "Varga", "Weber", "Yilmaz", "Zhang",
];

/// The kinds of rows in the ids; `scale/functions.sql` defines the other kinds.
const USER: u128 = 1;
const ESIM: u128 = 2;
/// Rows that are generated and sent together.
const BATCH: u64 = 500;

/// Seeds the rows, unless they exist already.
pub fn seed(ctx: &mut SeedContext<'_>, size: &Size) -> Result<Option<String>> {
    if ctx.has_user(&email(1))? {
        return Ok(None);
    }
    let now = ctx.now.to_rfc3339();
    let sized = |sql: &str| {
        sql.replace(":now", &format!("'{now}'::timestamptz"))
            .replace(":users", &size.users.to_string())
            .replace(":esims", &size.esims.to_string())
            .replace(":orders", &size.orders.to_string())
            .replace(":readings", &size.readings.to_string())
    };
    ctx.conn
        .batch_execute(&sized(include_str!("scale/functions.sql")))?;
    copy_users(ctx.conn, ctx.keys, size.users)?;
    copy_esims(ctx.conn, ctx.keys, size.esims)?;
    for sql in [
        include_str!("scale/people.sql"),
        include_str!("scale/sales.sql"),
        include_str!("scale/money.sql"),
        include_str!("scale/usage.sql"),
        include_str!("scale/cleanup.sql"),
    ] {
        ctx.conn.batch_execute(&sized(sql))?;
    }
    Tickets {
        keys: ctx.keys,
        now: ctx.now,
        users: size.users,
        count: size.tickets,
    }
    .copy(ctx.conn)?;
    Ok(Some(format!(
        "added {} people, {} eSIMs, {} orders and {} readings",
        size.users,
        size.esims,
        size.orders,
        size.esims * size.readings
    )))
}

fn copy_users(conn: &mut PgConnection, keys: &Keyring, count: u64) -> Result<()> {
    use users as u;
    diesel::copy_from(u::table)
        .from_raw_data(
            (
                u::id,
                u::email,
                u::email_hash,
                u::password_hash,
                u::first_name,
                u::last_name,
                u::phone,
                u::search_tokens,
                u::status,
                u::role,
            ),
            |out| generate_on_every_core(count, &|number, text| user(keys, number, text), out),
        )
        .with_format(CopyFormat::Text)
        .execute(conn)?;
    Ok(())
}

fn user(keys: &Keyring, number: u64, out: &mut String) -> Result<()> {
    let (first_name, last_name, phone) = (
        pick(&FIRST, number),
        pick(&LAST, number / 20),
        format!("+44 20 7946 0{:03}", number % 1000),
    );
    let id = id_of(USER, number);
    let sealed = Person {
        email: &email(number),
        first_name,
        last_name,
        phone: Some(&phone),
    }
    .seal(keys, id)?;
    let tokens = sealed
        .search_tokens
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",");
    let status = if number.is_multiple_of(50) {
        "suspended"
    } else {
        "active"
    };
    write!(out, "{id}\t").map_err(Error::internal)?;
    for bytes in [&sealed.email, &sealed.email_hash] {
        hex(bytes, out);
        out.push('\t');
    }
    write!(out, "{UNUSABLE}\t").map_err(Error::internal)?;
    for bytes in [
        Some(&sealed.first_name),
        Some(&sealed.last_name),
        sealed.phone.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        hex(bytes, out);
        out.push('\t');
    }
    writeln!(out, "{{{tokens}}}\t{status}\tcustomer").map_err(Error::internal)
}

fn copy_esims(conn: &mut PgConnection, keys: &Keyring, count: u64) -> Result<()> {
    use esims as e;
    diesel::copy_from(e::table)
        .from_raw_data(
            (
                e::id,
                e::iccid,
                e::iccid_check,
                e::status,
                e::activation_code,
                e::matching_id,
                e::smdp_address,
                e::qr_code_url,
            ),
            |out| generate_on_every_core(count, &|number, text| esim(keys, number, text), out),
        )
        .with_format(CopyFormat::Text)
        .execute(conn)?;
    Ok(())
}

fn esim(keys: &Keyring, number: u64, out: &mut String) -> Result<()> {
    let (id, profile) = (id_of(ESIM, number), Profile::numbered(303, number)?);
    let (code, matching) = profile.seal(keys, id)?;
    write!(out, "{id}\t{}\tok\tavailable\t", profile.iccid).map_err(Error::internal)?;
    for bytes in [&code, &matching] {
        hex(bytes, out);
        out.push('\t');
    }
    writeln!(out, "{}\t/v1/esims/{id}/qr.svg", profile.code.smdp_address).map_err(Error::internal)
}

/// Generates the rows from 1 to `count` in batches, which the threads process in turn, and writes them in order.
fn generate_on_every_core(
    count: u64,
    row: &(dyn Fn(u64, &mut String) -> Result<()> + Sync),
    out: &mut dyn std::io::Write,
) -> Result<()> {
    let threads = thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let batches = count.div_ceil(BATCH);
    thread::scope(|scope| {
        let made: Vec<mpsc::Receiver<Result<String>>> = (0..threads)
            .map(|thread| {
                let (send, made) = mpsc::sync_channel(4);
                scope.spawn(move || {
                    for batch in (0..batches).skip(thread).step_by(threads) {
                        let numbers = batch * BATCH + 1..=((batch + 1) * BATCH).min(count);
                        let text = numbers
                            .into_iter()
                            .try_fold(String::new(), |mut text, number| {
                                row(number, &mut text).map(|()| text)
                            });
                        if send.send(text).is_err() {
                            return;
                        }
                    }
                });
                made
            })
            .collect();
        for from in made.iter().cycle().zip(0..batches).map(|(from, _)| from) {
            out.write_all(from.recv().map_err(Error::internal)??.as_bytes())
                .map_err(Error::internal)?;
        }
        Ok(())
    })
}

fn email(number: u64) -> String {
    format!("person{number}@example.com")
}

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    let count = u64::try_from(words.len()).unwrap_or(1);
    usize::try_from(number % count)
        .ok()
        .and_then(|index| words.get(index))
        .copied()
        .unwrap_or_default()
}

/// Writes bytes as hexadecimal text for COPY, with an escaped backslash.
fn hex(bytes: &[u8], out: &mut String) {
    out.push_str("\\\\x");
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// Returns the same id as `seed_id` in `scale/functions.sql`: a UUID of version 7, so that rows of one kind are adjacent.
fn id_of(kind: u128, number: u64) -> Uuid {
    let number = u128::from(number);
    Uuid::from_u128((1_767_225_600_000 + number) << 80 | 7 << 76 | kind << 64 | 8 << 60 | number)
}

#[cfg(test)]
mod tests {
    use super::id_of;

    #[test]
    fn seeded_ids_are_uuids_of_version_7() {
        assert_eq!(
            id_of(2, 17).to_string(),
            "019b76da-a811-7002-8000-000000000011"
        );
    }
}
