//! Invariants after a campaign, in the books of the database, the provider, the gateway and the audit log.

use super::{
    buyers::Results,
    campaign::{FEW, Journals},
};
use crate::harness::{Client, command, drill::print_finding};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use suppliers::Simulator;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

fn count(conn: &mut PgConnection, query: &str) -> i64 {
    let found = sql_query(format!("SELECT ({query})::bigint AS count")).get_result::<Count>(conn);
    found.unwrap_or_else(|why| panic!("{query}: {why}")).count
}

fn names(conn: &mut PgConnection, query: &str) -> BTreeSet<String> {
    let found = sql_query(query).load::<Name>(conn);
    let found = found.unwrap_or_else(|why| panic!("{query}: {why}"));
    found.into_iter().map(|row| row.name).collect()
}

/// Returns the unfinished work, by kind.
pub fn unfinished_work(conn: &mut PgConnection) -> Vec<(&'static str, i64)> {
    [
        ("orders", "SELECT count(*) FROM orders WHERE status IN ('pending_payment', 'paid', 'provisioning')"),
        ("payments", "SELECT count(*) FROM transactions WHERE status = 'pending'"),
        ("refunds", "SELECT count(*) FROM refunds WHERE status = 'pending'"),
        ("units", "SELECT count(*) FROM provisioning_jobs WHERE status IN ('queued', 'running', 'waiting')"),
        ("requests at the provider", "SELECT count(*) FROM provisioning_attempts WHERE status IN ('sent', 'unknown')"),
        ("uses of promotions", "SELECT count(*) FROM promo_redemptions WHERE state = 'held'"),
        ("events", "SELECT count(*) FROM webhook_receipts WHERE status = 'received'"),
        ("jobs", "SELECT count(*) FROM jobs WHERE status IN ('queued', 'running') AND kind <> 'orders.expire'"),
    ]
    .into_iter()
    .map(|(what, query)| (what, count(conn, query)))
    .filter(|(_, open)| *open > 0)
    .collect()
}

/// Whether all unfinished work waits for the provider to confirm that it never received a request: the job accepts
/// that answer only after a delay, and buys nothing before.
pub fn is_in_doubt(open: &[(&'static str, i64)]) -> bool {
    let of = |name: &str| open.iter().find(|(what, _)| *what == name);
    let requests = of("requests at the provider").map_or(0, |(_, open)| *open);
    let theirs = ["orders", "units", "requests at the provider", "jobs"];
    open.iter()
        .all(|(what, open)| theirs.contains(what) && *open <= requests)
}

/// Checks that every acknowledged order and refund exists, and no other.
pub fn orders(conn: &mut PgConnection, results: &Results) {
    for (acknowledged_ids, table) in [(&results.orders, "orders"), (&results.refunds, "refunds")] {
        let kept = names(conn, &format!("SELECT id::text AS name FROM {table}"));
        let acknowledged: BTreeSet<String> = acknowledged_ids.iter().cloned().collect();
        assert_eq!(
            acknowledged.len(),
            acknowledged_ids.len(),
            "{table}: two answers, one row"
        );
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        let doubled: Vec<_> = kept.difference(&acknowledged).collect();
        assert!(lost.is_empty(), "{table} lost: {lost:?}");
        assert!(doubled.is_empty(), "unacknowledged {table}: {doubled:?}");
    }
    print_finding(&format!(
        "{} orders and {} refunds acknowledged, all of them there and no other; {} came too late for a promotion",
        results.orders.len(),
        results.refunds.len(),
        results.too_late
    ));
    assert!(!results.orders.is_empty());
}

/// Checks that every paid order is delivered, and that every purchase at the provider belongs to a customer.
pub fn deliveries(conn: &mut PgConnection, journals: &Journals) {
    for (wrong, query) in [
        (
            "orders not fulfilled",
            "SELECT count(*) FROM orders WHERE status <> 'fulfilled'",
        ),
        (
            "orders with too few or too many",
            "SELECT count(*) FROM orders o WHERE quantity <> (SELECT count(*) FROM esim_bundles b JOIN esims e ON e.id = b.esim_id WHERE b.order_id = o.id AND e.user_id = o.user_id)",
        ),
        (
            "eSIMs in two orders",
            "SELECT count(*) FROM (SELECT esim_id FROM esim_bundles GROUP BY esim_id HAVING count(*) > 1) shared",
        ),
        (
            "eSIMs assigned without an order",
            "SELECT count(*) FROM esims e WHERE user_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM esim_bundles b WHERE b.esim_id = e.id)",
        ),
        (
            "orders without their email, or with two",
            "SELECT count(*) FROM orders o WHERE 1 <> (SELECT count(*) FROM notifications n WHERE n.dedupe_key = 'order-' || o.id)",
        ),
        (
            "promotions whose count does not match their redemptions",
            "SELECT count(*) FROM promotional_codes c WHERE used_count <> (SELECT count(*) FROM promo_redemptions r WHERE r.promotion_id = c.id AND state <> 'released')",
        ),
        (
            "dead jobs",
            "SELECT count(*) FROM jobs WHERE status = 'dead' AND unique_key LIKE '%-%-%'",
        ),
        (
            "cases that need a person",
            "SELECT count(*) FROM reconciliation_cases WHERE kind <> 'supplier_cancellation'",
        ),
    ] {
        assert_eq!(count(conn, query), 0, "{wrong}");
    }
    let few = "SELECT used_count FROM promotional_codes WHERE code = 'FEW'";
    assert!(count(conn, few) <= FEW);

    let journal = journals.provider.to_str().expect("a path");
    let purchases = Simulator::with_journal(journal)
        .expect("a journal")
        .purchases();
    assert!(
        purchases.values().all(|iterations| *iterations == 1),
        "{purchases:?}"
    );
    let results: BTreeSet<String> = purchases.into_keys().collect();
    let delivered = "SELECT a.reference::text AS name FROM provisioning_attempts a WHERE a.status = 'succeeded'";
    assert_eq!(results, names(conn, delivered), "bought and delivered");
    let from_provider = "SELECT count(*) FROM esim_bundles WHERE provider_id IS NOT NULL";
    assert_eq!(
        count(conn, from_provider),
        i64::try_from(results.len()).expect("a count")
    );
    print_finding(&format!(
        "{} eSIMs delivered, {} of them bought from the provider, each once",
        count(conn, "SELECT count(*) FROM esim_bundles"),
        results.len()
    ));
}

/// Checks that the gateway's journal, payments, refunds, invoices and the report have the same sums.
pub async fn money(conn: &mut PgConnection, journals: &Journals, admin: &Client) {
    let noted = std::fs::read_to_string(&journals.gateway).expect("a journal");
    let mut moved: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    for line in noted.lines() {
        let [what, reference, minor, "USD"] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let minor = minor.parse().expect("an amount");
        // An entry that repeats a reference moved money once: the reference makes the request idempotent.
        let known = moved.entry(what).or_default().insert(reference, minor);
        assert!(known.is_none_or(|known| known == minor), "{line}");
    }
    let cents = |what: &str| moved.get(what).map_or(0, |of| of.values().sum::<i64>());
    let (paid, back) = (cents("paid"), cents("refund"));
    let references = |what: &str| -> BTreeSet<String> {
        let keys = moved.get(what).into_iter().flat_map(BTreeMap::keys);
        keys.map(|key| (*key).to_owned()).collect()
    };
    let completed = "SELECT id::text AS name FROM transactions WHERE completed_at IS NOT NULL";
    assert_eq!(references("paid"), names(conn, completed));
    let processed = "SELECT id::text AS name FROM refunds WHERE status = 'processed'";
    assert_eq!(references("refund"), names(conn, processed));
    for (book, query, at_the_gateway) in [
        (
            "payments",
            "SELECT sum(total_amount) * 100 FROM transactions WHERE completed_at IS NOT NULL",
            paid,
        ),
        (
            "orders",
            "SELECT sum(total_amount) * 100 FROM orders WHERE paid_at IS NOT NULL",
            paid,
        ),
        (
            "invoices",
            "SELECT sum(total_amount) * 100 FROM invoices",
            paid,
        ),
        (
            "refunds",
            "SELECT coalesce(sum(amount), 0) * 100 FROM refunds WHERE status = 'processed'",
            back,
        ),
        (
            "refunded payments",
            "SELECT sum(refunded_amount) * 100 FROM transactions",
            back,
        ),
        (
            "credit notes",
            "SELECT coalesce(sum(abs(total_amount)), 0) * 100 FROM credit_notes",
            back,
        ),
    ] {
        assert_eq!(count(conn, query), at_the_gateway, "{book}");
    }
    let report = admin.get("/v1/payments/overview").await.expect(200);
    let sums = &report["currencies"][0]["sums"];
    let reported = |field: &str| -> i64 {
        let text: &Value = &sums[field];
        let digits = text.as_str().expect("an amount").replace('.', "");
        digits.parse().expect("an amount")
    };
    assert_eq!(
        (
            reported("gross_amount"),
            reported("refunded_amount"),
            reported("net_amount")
        ),
        (paid, back, paid - back)
    );
    print_finding(&format!(
        "at the gateway {} payments of {}.{:02} USD and {} refunds of {}.{:02}: every book differs by 0.00",
        references("paid").len(),
        paid / 100,
        paid % 100,
        references("refund").len(),
        back / 100,
        back % 100
    ));
}

/// The actions that must be audited, as the tables record them.
const AUDITED_ACTIONS: &str = "SELECT 'order.place' AS action, id FROM orders \
    UNION ALL SELECT 'order.pay', id FROM orders WHERE paid_at IS NOT NULL \
    UNION ALL SELECT 'order.fulfil', id FROM orders WHERE status = 'fulfilled' \
    UNION ALL SELECT 'order.provision', order_id FROM esim_bundles \
    UNION ALL SELECT 'provisioning.request', j.order_id FROM provisioning_attempts a JOIN provisioning_jobs j ON j.id = a.job_id \
    UNION ALL SELECT 'transaction.open', id FROM transactions WHERE gateway_transaction_id IS NOT NULL \
    UNION ALL SELECT 'transaction.complete', id FROM transactions WHERE completed_at IS NOT NULL \
    UNION ALL SELECT 'refund.request', id FROM refunds \
    UNION ALL SELECT 'refund.approve', id FROM refunds WHERE approval_state = 'approved' \
    UNION ALL SELECT 'refund.process', id FROM refunds WHERE status = 'processed' \
    UNION ALL SELECT 'invoice.issue', id FROM invoices \
    UNION ALL SELECT 'credit_note.issue', invoice_id FROM credit_notes \
    UNION ALL SELECT 'supplier_claim.open', id FROM supplier_claims \
    UNION ALL SELECT 'promotion.create', id FROM promotional_codes";

/// Checks that every action has its audit entry, and every audit entry its action.
pub fn record(conn: &mut PgConnection) {
    let entries = format!(
        "SELECT action, subject_id AS id FROM audit_log WHERE action IN (SELECT action FROM ({AUDITED_ACTIONS}) acts)"
    );
    for (wrong, there, missing) in [
        ("acts without an entry", AUDITED_ACTIONS, entries.as_str()),
        ("entries without an act", entries.as_str(), AUDITED_ACTIONS),
    ] {
        let left = format!(
            "SELECT DISTINCT action || ' ' || id AS name FROM (({there}) EXCEPT ALL ({missing})) difference"
        );
        let left = names(conn, &left);
        assert!(left.is_empty(), "{wrong}: {left:?}");
    }
    print_finding(&format!(
        "{} acts, each with exactly its entry in the record",
        count(
            conn,
            &format!("SELECT count(*) FROM ({AUDITED_ACTIONS}) acts")
        )
    ));
}

/// Checks the hash chain of the audit log.
pub fn chain(url: &str) {
    let verified = command(url, &[]).args(["audit", "verify"]).output();
    let verified = verified.expect("it is verified");
    let output = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(
        verified.status.success(),
        "{output}{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    print_finding(output.trim());
}
