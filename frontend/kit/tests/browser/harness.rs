//! A page with the panel in it, and answers instead of a server.

use kit::{
    Screen,
    form::{number_field, places_field, text_field},
    page::{act, detail_page, form_page, list_page, login_page},
    shell::{Doors, Item, Open, Section, panel},
    table::{count as count_of, text, yes_no},
    ui::Icon,
};
use leptos::prelude::*;
use serde_json::{Value, json};
use std::any::Any;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wire::{
    Permission, Problem, ProblemCode,
    catalog::plans::{EditPlan, NewPlan, Plan, PlanSort},
};

/// Replaces `fetch`: every call takes the first answer that fits and is not used up; what was asked is kept.
const FAKE: &str = r#"
    window.asked = []; window.answers = [];
    window.fetch = async (url, init) => {
        const call = { method: init.method, url: String(url), token: init.headers.get("Authorization"), match: init.headers.get("If-Match"), key: init.headers.get("Idempotency-Key"), body: init.body ?? null };
        window.asked.push(call);
        const at = window.answers.findIndex(a => a.method === call.method && call.url.startsWith(a.path) && a.times > 0);
        if (at < 0) throw new TypeError("nobody answers " + call.method + " " + call.url);
        const answer = window.answers[at];
        answer.times -= 1;
        await new Promise(done => setTimeout(done, 5));
        return new Response(answer.status === 204 ? null : answer.body, { status: answer.status, headers: { "Content-Type": "application/json", "X-Request-Id": "req-1" } });
    };
"#;

pub static PLANS: Section = Section {
    title: "Catalog",
    items: &[Item {
        label: "Plans",
        path: "/plans",
        icon: Icon::Package,
        needs: Permission::PlansRead,
    }],
    screens: &[&[
        Screen {
            path: "/plans",
            title: "Plans",
            needs: Permission::PlansRead,
            view: |_| Some(plans()),
        },
        Screen {
            path: "/plans/new",
            title: "New plan",
            needs: Permission::PlansWrite,
            view: |_| Some(form(None)),
        },
        Screen {
            path: "/plans/{id}",
            title: "Plan",
            needs: Permission::PlansRead,
            view: |at| Some(detail_page::<Plan>(at.id()?).show()),
        },
        // Where such a list is in the panel: views are saved of these alone.
        Screen {
            path: "/catalog/plans",
            title: "Plans",
            needs: Permission::PlansRead,
            view: |_| Some(plans()),
        },
        // Where a thing of this kind is found.
        Screen {
            path: "/catalog/plans/{id}",
            title: "Plan",
            needs: Permission::PlansRead,
            view: |at| Some(detail_page::<Plan>(at.id()?).show()),
        },
        Screen {
            path: "/plans/{id}/edit",
            title: "Edit",
            needs: Permission::PlansWrite,
            view: |at| Some(form(Some(at.id()?))),
        },
    ]],
};

fn plans() -> AnyView {
    list_page::<Plan>("Plans")
        .column(text("Name", |plan: &Plan| plan.name.clone()).sort(PlanSort::Name))
        .column(count_of("Validity", |plan: &Plan| plan.validity_days))
        .column(
            text("Sale", |plan: &Plan| {
                if plan.is_active {
                    "On sale"
                } else {
                    "Not on sale"
                }
            })
            .wide(),
        )
        .column(text("Regions", |plan: &Plan| plan.regions.0.join(", ")).extra())
        .filter(yes_no("is_active", "Sale", "On sale", "Not on sale"))
        .action(act(
            "Withdraw",
            "withdrawn",
            Permission::PlansWrite,
            |plan: Plan| async move { kit::api::remove(&plan).await },
        ))
        .opens(|plan| format!("/plans/{}", plan.id))
        .new_button("New plan", "/plans/new", Permission::PlansWrite)
        .empty("No plans yet", "Create one.")
        .show()
}

fn form(id: Option<wire::PlanId>) -> AnyView {
    form_page::<Plan, NewPlan, EditPlan>(id)
        .begin(json!({ "name": "", "validity_days": 30, "regions": ["EUROPE"] }))
        .section(
            "All",
            "",
            [
                text_field("name", "Name"),
                number_field("validity_days", "Validity"),
                places_field("regions", "Works in"),
            ],
        )
        .show()
}

const DOORS: Doors = Doors {
    login: || login_page("Test", "Sign in.", "/forgot"),
    notice: || ().into_any(),
    enrolment: || view! { <h1 class="enrolment">"A second factor first"</h1> }.into_any(),
    open: &[Open {
        path: "/forgot",
        view: || view! { <h1 class="forgot">"Forgotten"</h1> }.into_any(),
    }],
};

/// The page: begins at an address, signed in or not.
pub struct Page {
    host: web_sys::HtmlElement,
    owner: Owner,
    view: Option<Box<dyn Any>>,
}

impl Page {
    pub fn open(path: &str) -> Self {
        static SECTIONS: &[&Section] = &[&PLANS];
        window()
            .history()
            .unwrap()
            .replace_state_with_url(&JsValue::NULL, "", Some(path))
            .unwrap();
        let host: web_sys::HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&host).unwrap();
        // An owner of its own: what the router keeps would else keep the page alive.
        let (owner, place) = (Owner::new(), host.clone());
        let view = owner.with(|| {
            let shown = || panel(SECTIONS, "/plans", DOORS);
            Box::new(leptos::mount::mount_to(place, shown))
        });
        Self {
            host,
            owner,
            view: Some(view),
        }
    }
    pub async fn find(&self, selector: &str) -> web_sys::HtmlElement {
        for _ in 0..150 {
            if let Some(found) = self.host.query_selector(selector).unwrap() {
                return found.unchecked_into();
            }
            pause(20).await;
        }
        panic!("there is no {selector} in {}", self.host.inner_html());
    }
    pub async fn click(&self, selector: &str) {
        self.find(selector).await.click();
    }
    pub async fn fill(&self, selector: &str, text: &str) {
        let input: web_sys::HtmlInputElement = self.find(selector).await.unchecked_into();
        input.set_value(text);
        input.dispatch_event(&bubbling("input")).unwrap();
        input.dispatch_event(&bubbling("blur")).unwrap();
        pause(20).await;
    }
    pub async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text_content().unwrap_or_default()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // The view goes first: it must not look at what is gone.
        self.view.take();
        self.owner.cleanup();
        self.host.remove();
    }
}

fn bubbling(name: &str) -> web_sys::Event {
    let options = web_sys::EventInit::new();
    options.set_bubbles(true);
    web_sys::Event::new_with_event_init_dict(name, &options).unwrap()
}

/// Forgets every answer and everything asked.
pub fn fake_api() {
    js_sys::Function::new_no_args(FAKE)
        .call0(&JsValue::NULL)
        .unwrap();
}

/// One answer, given so many times.
pub fn answer(times: u32, method: &str, path: &str, status: u16, body: &Value) {
    let all: js_sys::Array = js_sys::Reflect::get(&window(), &"answers".into())
        .unwrap()
        .unchecked_into();
    let answer = json!({ "times": times, "method": method, "path": path, "status": status, "body": body.to_string() });
    all.push(&js_sys::JSON::parse(&answer.to_string()).unwrap());
}

/// What was asked so far: `GET /v1/plans`, with the token where there was one.
pub fn asked() -> Vec<Value> {
    let all = js_sys::Reflect::get(&window(), &"asked".into()).unwrap();
    serde_json::from_str(&String::from(js_sys::JSON::stringify(&all).unwrap())).unwrap()
}

pub fn count(method: &str, path: &str) -> usize {
    asked()
        .iter()
        .filter(|call| {
            call["method"] == method
                && call["url"]
                    .as_str()
                    .is_some_and(|url| url.starts_with(path))
        })
        .count()
}

pub fn granted(token: &str, role: &str) -> Value {
    json!({ "access_token": token, "expires_in": 600, "is_limited": false, "user": {
        "id": "01930000-0000-7000-8000-000000000001", "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "phone": null, "is_masked": false,
        "status": "active", "role": role, "kyc_status": "verified", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "last_login": null, "version": 1 } })
}

pub fn plan(number: u8, name: &str) -> Value {
    json!({ "id": id(number), "name": name, "description": null, "data_limit_mb": "5000.00", "voice_minutes": 0, "sms_count": 0, "validity_days": 30, "regions": ["EUROPE"], "validity_policy": "first_use", "hotspot_allowed": true, "kyc_required": false,
        "is_active": true, "topup_allowed": true, "version": 3, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "deleted_at": null })
}

pub fn id(number: u8) -> String {
    format!("01930000-0000-7000-8000-0000000000{number:02}")
}

pub fn page_of(rows: &[Value]) -> Value {
    json!({ "data": rows, "next": null, "prev": null, "total": rows.len(), "total_is_exact": true })
}

pub fn problem(code: ProblemCode) -> Value {
    serde_json::to_value(Problem {
        request_id: "req-7".to_owned(),
        ..Problem::new(code)
    })
    .unwrap()
}

/// An API that lets the administrator in and has these plans.
pub fn signed_in(rows: &[Value]) {
    fake_api();
    answer(
        99,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("t1", "super_admin"),
    );
    answer(99, "GET", "/v1/plans?", 200, &page_of(rows));
    for row in rows {
        answer(
            99,
            "GET",
            &format!("/v1/plans/{}", row["id"].as_str().unwrap_or_default()),
            200,
            row,
        );
    }
}

/// The list itself, whose address begins that of every plan.
pub fn listed(rows: &[Value]) {
    answer(99, "GET", "/v1/plans", 200, &page_of(rows));
}

pub async fn pause(milliseconds: i32) {
    let wait = js_sys::Promise::new(&mut |done, _| {
        window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                done.unchecked_ref(),
                milliseconds,
            )
            .unwrap();
    });
    JsFuture::from(wait).await.unwrap();
}

pub fn address() -> String {
    let location = window().location();
    format!(
        "{}{}",
        location.pathname().unwrap(),
        location.search().unwrap()
    )
}
