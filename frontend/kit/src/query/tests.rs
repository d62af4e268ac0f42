//! Tests of the data layer against requests that the test answers.

use super::{
    expire, fetch, fetch_older_than, follow, invalidate, peek,
    testing::{answer, asked, fake_api, is_aborted, pause},
};
use crate::{api, task};
use leptos::prelude::*;
use serde_json::{Value, json};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen_test::wasm_bindgen_test;

const ORDER: &str = "/v1/orders/1";

type Seen = Rc<RefCell<Vec<Value>>>;

/// A part of a page that reads a path, and every answer that it received.
fn reader(path: &'static str) -> (Owner, Seen) {
    let (owner, seen) = (Owner::new(), Seen::default());
    let received = Rc::clone(&seen);
    owner.with(|| {
        follow(move || {
            let received = Rc::clone(&received);
            task(async move {
                if let Ok(value) = api::get::<Value>(path).await {
                    received.borrow_mut().push(value);
                }
            })
        })
    });
    (owner, seen)
}

fn known(path: &'static str) -> Option<Value> {
    peek(task(api::get::<Value>(path)))?.ok()
}

#[wasm_bindgen_test]
async fn requests_for_one_path_share_one_request() {
    fake_api();
    let (_first, one) = reader(ORDER);
    let (_second, other) = reader(ORDER);
    pause(10).await;
    assert_eq!(asked(), [ORDER]);

    answer(0, &json!(1)).await;
    assert_eq!((one.take(), other.take()), (vec![json!(1)], vec![json!(1)]));
    let (_third, again) = reader(ORDER);
    pause(10).await;
    assert_eq!(asked(), [ORDER, ORDER], "an answered request is not joined");
    answer(1, &json!(2)).await;
    assert_eq!(again.take(), [json!(2)]);
}

#[wasm_bindgen_test]
async fn request_is_aborted_when_its_last_user_is_gone() {
    fake_api();
    let (first, _) = reader(ORDER);
    let (second, _) = reader(ORDER);
    pause(10).await;
    first.cleanup();
    pause(10).await;
    assert!(!is_aborted(0), "one page still waits");
    second.cleanup();
    pause(10).await;
    assert!(is_aborted(0));
    assert_eq!(known(ORDER), None);
}

#[wasm_bindgen_test]
async fn older_answer_does_not_replace_a_newer_one() {
    fake_api();
    let older = fetch(ORDER);
    let (_owner, seen) = reader(ORDER);
    let kept: Rc<RefCell<Option<bool>>> = Rc::default();
    let done = Rc::clone(&kept);
    leptos::task::spawn_local(async move {
        done.replace(Some(older.await.is_ok()));
    });
    pause(10).await;
    // The first user keeps the older request alive; the page asks again.
    invalidate(ORDER);
    pause(10).await;
    assert_eq!(asked(), [ORDER, ORDER]);

    answer(1, &json!("new")).await;
    assert_eq!(known(ORDER), Some(json!("new")));
    answer(0, &json!("old")).await;
    assert_eq!(kept.take(), Some(true), "the older answer has arrived");
    assert_eq!(known(ORDER), Some(json!("new")));
    assert_eq!(seen.take(), [json!("new")]);
}

#[wasm_bindgen_test]
async fn known_answer_is_available_until_something_is_written() {
    fake_api();
    assert_eq!(known(ORDER), None);
    assert_eq!(asked(), Vec::<String>::new(), "looking sends nothing");
    let (_owner, _) = reader(ORDER);
    let (_list, _) = reader("/v1/orders?q=a");
    pause(10).await;
    answer(0, &json!(1)).await;
    answer(1, &json!([1])).await;
    assert_eq!(known(ORDER), Some(json!(1)));
    assert!(fetch_older_than(ORDER, 60_000).await.is_ok());
    assert_eq!(asked().len(), 2, "a recent answer is used");

    expire();
    assert_eq!(known(ORDER), None);
    assert_eq!(known("/v1/orders?q=a"), Some(json!([1])));
}

#[wasm_bindgen_test]
async fn answer_to_a_request_before_a_write_is_not_kept() {
    fake_api();
    let (_owner, seen) = reader(ORDER);
    pause(10).await;
    expire();
    answer(0, &json!("before")).await;
    assert_eq!(seen.take(), [json!("before")]);
    assert_eq!(known(ORDER), None);
}

#[wasm_bindgen_test]
async fn invalidate_loads_what_was_read_under_the_path() {
    fake_api();
    let (_order, _) = reader(ORDER);
    let (_timeline, _) = reader("/v1/orders/1/timeline");
    let (_list, _) = reader("/v1/orders?q=a");
    let (_other, _) = reader("/v1/orders-of-others");
    pause(10).await;
    for index in 0..4 {
        answer(index, &json!(index)).await;
    }
    invalidate("/v1/orders");
    pause(10).await;
    let again = asked().split_off(4);
    assert_eq!(again, [ORDER, "/v1/orders/1/timeline", "/v1/orders?q=a"]);
}

#[wasm_bindgen_test]
async fn looking_at_known_answers_sends_no_action() {
    fake_api();
    let send = task(async { api::send(api::Call::post("/v1/orders")).await });
    assert!(peek(send).is_none());
    pause(10).await;
    assert_eq!(asked(), Vec::<String>::new());
}
