//! Statements by which the owner of the tables can tamper with the audit log.

/// Returns the statements, one for each way to tamper.
pub fn statements() -> Vec<String> {
    let mut statements = Vec::new();
    let entry = |table: &str, number: usize| {
        format!("(SELECT id FROM kept_{table} ORDER BY created_at, id OFFSET {number} LIMIT 1)")
    };
    // Every column of an entry, at three positions.
    let audit = [
        "id = gen_random_uuid()",
        "created_at = created_at + interval '1 microsecond'",
        "actor_id = gen_random_uuid()",
        "actor_id = NULL",
        "client_id = gen_random_uuid()",
        "actor_role = 'support'",
        "action = action || 's'",
        "subject_type = subject_type || 's'",
        "subject_id = gen_random_uuid()",
        "change = '{\"name\": {\"after\": \"Another\", \"before\": null}}'",
        "change = '{}'",
        "reason = coalesce(reason, '') || '.'",
        "request_id = 'another-request'",
        "ip = '203.0.113.7'",
        "seal = NULL",
    ];
    for change in audit {
        for place in [0, 9, 17] {
            statements.push(format!(
                "UPDATE audit_log SET {change} WHERE id = {}",
                entry("audit_log", place)
            ));
        }
    }
    let access = [
        "id = gen_random_uuid()",
        "created_at = created_at - interval '1 day'",
        "actor_id = NULL",
        "client_id = gen_random_uuid()",
        "subject_type = 'esim'",
        "subject_id = gen_random_uuid()",
        "field = 'email'",
        "reason = NULL",
        "request_id = NULL",
        "ip = NULL",
        "seal = decode(repeat('00', 32), 'hex')",
    ];
    for change in access {
        for place in [0, 5] {
            statements.push(format!(
                "UPDATE pii_access_log SET {change} WHERE id = {}",
                entry("pii_access_log", place)
            ));
        }
    }
    // Deleted entries: the first, one in the middle, the last, all; with their links and without.
    for (table, log) in [("audit_log", "audit"), ("pii_access_log", "access")] {
        for place in [0, 3, 5] {
            let id = entry(table, place);
            statements.push(format!("DELETE FROM {table} WHERE id = {id}"));
            statements.push(format!("WITH gone AS (DELETE FROM {table} WHERE id = {id}) DELETE FROM audit_chain WHERE log = '{log}' AND entry_id = {id}"));
            statements.push(format!("WITH gone AS (DELETE FROM {table} WHERE id = {id}), cut AS (SELECT seq FROM audit_chain WHERE entry_id = {id}), \
                moved AS (DELETE FROM audit_chain WHERE seq >= (SELECT seq FROM cut) RETURNING *) \
                INSERT INTO audit_chain SELECT seq - 1, log, entry_id, hash, created_at FROM moved WHERE seq > (SELECT seq FROM cut)"));
        }
        statements.push(format!("DELETE FROM {table}"));
    }
    // Links: reordered, with other entries, with other hashes, deleted.
    for (one, other) in [(1, 2), (3, 9), (23, 24)] {
        statements.push(format!("UPDATE audit_chain c SET entry_id = o.entry_id, log = o.log FROM kept_audit_chain o WHERE (c.seq, o.seq) IN (({one}, {other}), ({other}, {one}))"));
        statements.push(format!("UPDATE audit_chain c SET hash = o.hash FROM kept_audit_chain o WHERE (c.seq, o.seq) IN (({one}, {other}), ({other}, {one}))"));
        statements.push(format!("UPDATE audit_chain SET hash = set_byte(hash, 5, get_byte(hash, 5) # 1) WHERE seq = {one}"));
        statements.push(format!("DELETE FROM audit_chain WHERE seq = {other}"));
    }
    statements.push("UPDATE audit_chain SET seq = seq + 100".to_owned());
    // A truncated end: entries, links, and both together.
    for left in [1, 12, 20, 23] {
        let both = format!(
            "WITH gone AS (DELETE FROM audit_chain WHERE seq > {left} RETURNING log, entry_id), a AS (DELETE FROM audit_log WHERE id IN (SELECT entry_id FROM gone)) DELETE FROM pii_access_log WHERE id IN (SELECT entry_id FROM gone)"
        );
        statements.push(both);
        statements.push(format!("DELETE FROM audit_chain WHERE seq > {left}"));
    }
    statements.push("WITH a AS (DELETE FROM audit_log), b AS (DELETE FROM pii_access_log) DELETE FROM audit_chain".to_owned());
    // Inserted entries: new ones, and copies of genuine ones; some of them linked.
    for at in ["now()", "now() - interval '1 hour'", "'2026-01-01'"] {
        let inserted = format!(
            "INSERT INTO audit_log (id, created_at, action, subject_type, change) VALUES (gen_random_uuid(), {at}, 'user.change_role', 'user', '{{}}')"
        );
        statements.push(inserted);
        statements.push(format!("INSERT INTO audit_log SELECT gen_random_uuid(), {at}, actor_id, actor_role, action, subject_type, subject_id, change, reason, request_id, ip, client_id, seal FROM kept_audit_log LIMIT 1"));
    }
    statements.push("WITH one AS (INSERT INTO pii_access_log SELECT gen_random_uuid(), created_at, actor_id, subject_type, subject_id, field, reason, request_id, ip, client_id, seal FROM kept_pii_access_log LIMIT 1 RETURNING id) \
        INSERT INTO audit_chain SELECT 25, 'access', id, decode(repeat('ab', 32), 'hex'), now() FROM one".to_owned());
    statements
}
