//! Every list pages without gaps or duplicates, in both directions and every order.

use super::openapi::operations;
use crate::harness::{Client, TestApp};
use serde_json::Value;
use std::collections::HashSet;
use wire::{
    Permission,
    accounts::{api_clients::ApiClientMode, users::UserRole},
};

pub fn lists() -> Vec<(String, Vec<String>)> {
    operations()
        .into_iter()
        .filter(|(_, _, operation)| {
            operation["operationId"]
                .as_str()
                .is_some_and(|id| id.ends_with("_list"))
        })
        .filter_map(|(_, path, operation)| {
            let sort = operation["parameters"]
                .as_array()?
                .iter()
                .find(|parameter| parameter["name"] == "sort")?;
            let words = sort["schema"]["enum"]
                .as_array()?
                .iter()
                .filter_map(|word| word.as_str().map(str::to_owned))
                .collect();
            Some((path, words))
        })
        .collect()
}

async fn ids(client: &Client, path: &str, sort: &str, limit: usize) -> Vec<String> {
    let (mut ids, mut after, mut back) = (Vec::new(), String::new(), None);
    loop {
        let page = client
            .get(&format!("{path}?sort={sort}&limit={limit}{after}"))
            .await
            .expect(200);
        let rows: Vec<String> = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect();
        if let Some(previous) = back.replace(rows.clone()) {
            let before = client
                .get(&format!(
                    "{path}?sort={sort}&limit={limit}&before={}",
                    page["prev"].as_str().expect("a way back")
                ))
                .await
                .expect(200);
            let again: Vec<&str> = before["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].as_str().unwrap())
                .collect();
            assert_eq!(
                again, previous,
                "{path} sorted by {sort}: the page before is the one we came from"
            );
        }
        ids.extend(rows);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids,
        }
    }
}

#[actix_web::test]
async fn every_list_pages_in_every_order_without_gaps_or_duplicates() {
    let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let admin = app.as_role(UserRole::SuperAdmin);
    for number in 0..7 {
        let (plan, customer) = app.given(|given| {
            let plan = given.plan("9.90");
            given.stock(plan);
            given.stock(plan);
            (plan, given.user(UserRole::Customer))
        });
        app.given(|given| {
            let provider = given.provider(&format!("Provider {number}"), 1);
            given.offer(plan, provider, &format!("eu-{number}"));
            given.api_client(ApiClientMode::Test, &[Permission::PlansRead])
        });
        crate::flows::purchase::order(&admin, plan, customer, 1).await;
    }
    app.run_all_jobs().await;
    let lists = lists();
    assert!(lists.len() >= 9, "{lists:?}");
    for (path, sorts) in lists {
        let mut whole: Option<HashSet<String>> = None;
        for sort in sorts {
            let found = ids(&admin, &path, &sort, 3).await;
            let set: HashSet<String> = found.iter().cloned().collect();
            assert_eq!(
                set.len(),
                found.len(),
                "{path} sorted by {sort} doubles a row"
            );
            assert_eq!(
                ids(&admin, &path, &sort, 100).await,
                found,
                "{path} sorted by {sort}: the limit changes the order"
            );
            assert_eq!(
                *whole.get_or_insert(set.clone()),
                set,
                "{path} sorted by {sort} loses a row"
            );
        }
        let total = admin.get(&format!("{path}?limit=3")).await.expect(200);
        assert_eq!(
            total["total"].as_u64().unwrap() as usize,
            whole.unwrap_or_default().len(),
            "{path}"
        );
        assert_eq!(total["total_is_exact"], Value::Bool(true));
    }
}

#[actix_web::test]
async fn every_export_matches_its_list() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    for _ in 0..5 {
        app.given(|given| {
            let plan = given.plan("9.90");
            given.stock(plan)
        });
    }
    for (path, _) in lists() {
        let listed = admin.get(&format!("{path}?limit=100")).await.expect(200);
        let csv = admin.get(&format!("{path}/export?format=csv")).await;
        assert_eq!(
            csv.header("content-type"),
            "text/csv; charset=utf-8",
            "{path}"
        );
        assert!(
            csv.header("content-disposition").starts_with("attachment"),
            "{path}"
        );
        let lines = csv.text().lines().count().saturating_sub(1);
        // The export itself is in the audit log.
        let expected = listed["data"].as_array().unwrap().len() + usize::from(path == "/v1/audit");
        assert_eq!(lines, expected, "{path}: {}", csv.text());
    }
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'list.export'") as usize,
        lists().len()
    );
}
