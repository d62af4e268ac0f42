//! Searches for eSIMs by numbers as people paste them.

use crate::harness::{Client, TestApp, encoded};

async fn found(admin: &Client, q: &str) -> usize {
    let page = admin
        .get(&format!("/v1/esims?q={}", encoded(q)))
        .await
        .expect(200);
    page["data"].as_array().expect("rows").len()
}

fn grouped(iccid: &str, mark: &str) -> String {
    let digits: Vec<char> = iccid.chars().collect();
    let groups: Vec<String> = digits
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(mark)
}

#[actix_web::test]
async fn esim_search_accepts_pasted_numbers() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..12 {
            given.stock(plan);
        }
    });
    let stock = admin.get("/v1/esims").await.expect(200);
    let stock = stock["data"].as_array().expect("eSIMs");
    let iccids: Vec<&str> = stock
        .iter()
        .filter_map(|esim| esim["iccid"].as_str())
        .collect();
    let one = iccids[3];
    for q in [
        one.to_owned(),
        format!(" {one}F "),
        format!("{one}ff"),
        format!("\u{feff}{one}\u{200b}"),
        format!("'{one}"),
        grouped(one, " "),
        grouped(one, "-"),
        grouped(one, "\u{a0}"),
        grouped(one, "\u{202f}"),
        grouped(one, "–"),
        one.chars()
            .map(|c| char::from_u32(u32::from(c) + 0xFEE0).expect("full width"))
            .collect(),
        one.chars()
            .map(|c| char::from_u32(u32::from(c) - 0x30 + 0x660).expect("Arabic"))
            .collect(),
    ] {
        assert_eq!(found(&admin, &q).await, 1, "{q:?}");
        let path = format!("/v1/search?q={}", encoded(&q));
        let hits = admin.get(&path).await.expect(200);
        assert_eq!(hits["data"][0]["title"], one, "{q:?}");
    }
    for mark in [",", ", ", " ", "\n", "\r\n", ";", "\t", ",\n"] {
        assert_eq!(found(&admin, &iccids.join(mark)).await, 12, "{mark:?}");
    }
    let in_groups: Vec<String> = iccids.iter().map(|iccid| grouped(iccid, " ")).collect();
    assert_eq!(found(&admin, &in_groups.join("\n")).await, 12);
    assert_eq!(
        found(&admin, &format!("{one},8900000000000000000")).await,
        1
    );
    assert_eq!(found(&admin, &one[12..]).await, 1);
    for q in ["-", "- -", "!!!", "F", "\u{200b}", "李"] {
        assert_eq!(found(&admin, q).await, 0, "{q:?}");
    }
    admin
        .get(&format!("/v1/esims?q={}", "1".repeat(5_001)))
        .await
        .rejects_field("q");
}

#[actix_web::test]
async fn eid_accepts_pasted_digit_groups() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (id, _) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan)
    });
    let eid = "89049032021008881300304741158317";
    let pasted = format!(" {} ", grouped(eid, "\u{a0}"));
    let esim = admin
        .patch(
            &format!("/v1/esims/{id}"),
            1,
            serde_json::json!({ "eid": pasted }),
        )
        .await
        .expect(200);
    assert_eq!(esim["eid"], eid);
    assert_eq!(found(&admin, &grouped(eid, "–")).await, 1);
}
