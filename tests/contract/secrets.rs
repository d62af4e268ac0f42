//! What a stolen dump of the database would tell: no address, no name, no number, no code.

use crate::{flows, harness::TestApp};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use serde_json::json;
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Every row of every table as text, with binary values as hexadecimal digits.
fn dump(conn: &mut PgConnection) -> String {
    let tables: Vec<Line> = sql_query("SELECT quote_ident(table_name) AS text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'").load(conn).unwrap();
    tables
        .iter()
        .flat_map(|table| {
            sql_query(format!("SELECT t::text AS text FROM {} t", table.text))
                .load::<Line>(conn)
                .unwrap()
        })
        .map(|line| line.text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[actix_web::test]
async fn a_dump_holds_no_personal_data_and_no_code_in_plain() {
    let app = TestApp::start().await;
    let (plan, code) = app.given(|given| {
        let plan = given.plan("9.90");
        (plan, given.stock(plan).1)
    });
    let admin = app.as_role(UserRole::SuperAdmin);
    let person = json!({ "email": "Needle.Mailbox@needle-domain.example", "first_name": "Needlefirst", "last_name": "Needlelast", "phone": "+44 20 7946 0958" });
    let customer = admin.post("/v1/users", person).await.expect(201);
    let id = wire::Param::parse(customer["id"].as_str().unwrap()).unwrap();
    let order = flows::purchase::order(&admin, plan, id, 1).await;
    app.work().await;
    flows::purchase::simulate(&app, &admin, &order, SimulatedOutcome::Succeed).await;
    assert_eq!(
        flows::purchase::reread(&admin, &order).await["status"],
        "fulfilled"
    );

    let dump = app.given(|given| dump(given.conn())).to_lowercase();
    assert!(
        dump.contains(
            order["order_number"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .as_str()
        ),
        "the dump is read at all"
    );
    let matching_id = code.rsplit('$').next().unwrap();
    for needle in [
        "needle.mailbox",
        "needle-domain",
        "needlefirst",
        "needlelast",
        "79460958",
        "7946 0958",
        code.as_str(),
        matching_id,
        admin.token(),
    ] {
        let plain = needle.to_lowercase();
        let hex: String = needle.bytes().map(|byte| format!("{byte:02x}")).collect();
        let base64 =
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD_NO_PAD, needle)
                .to_lowercase();
        for form in [plain, hex, base64] {
            assert!(
                !dump.contains(&form),
                "{needle} stands in the dump as {form}"
            );
        }
    }
}
