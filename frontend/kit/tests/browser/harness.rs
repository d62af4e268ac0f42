//! A page with the panel, and canned answers instead of a server.

use kit::{
    Screen,
    form::{number_field, regions_field, text_field},
    page::{action, detail_page, form_page, list_page, login_page},
    shell::{Item, PublicPage, PublicPages, Section, panel},
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

/// Replaces `fetch`: every request takes the first matching answer that is not used up, and is recorded.
const FAKE: &str = r#"
    window.requests = []; window.answers = [];
    window.fetch = async (url, init) => {
        const call = { method: init.method, url: String(url), token: init.headers.get("Authorization"), match: init.headers.get("If-Match"), key: init.headers.get("Idempotency-Key"), body: init.body ?? null };
        window.requests.push(call);
        const at = window.answers.findIndex(a => a.method === call.method && call.url.startsWith(a.path) && a.times > 0);
        if (at < 0) throw new TypeError("no answer is prepared for " + call.method + " " + call.url);
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
        // The path of the list in the panel: only lists at such paths can have views.
        Screen {
            path: "/catalog/plans",
            title: "Plans",
            needs: Permission::PlansRead,
            view: |_| Some(plans()),
        },
        // The path of a plan in the panel.
        Screen {
            path: "/catalog/plans/{id}",
            title: "Plan",
            needs: Permission::PlansRead,
            view: |at| Some(detail_page::<Plan>(at.id()?).show()),
        },
        // A plan on sale counts as a plan that waits for progress.
        Screen {
            path: "/waiting/{id}",
            title: "Plan",
            needs: Permission::PlansRead,
            view: |at| {
                let page = detail_page::<Plan>(at.id()?);
                Some(
                    page.history("plan")
                        .refresh_while(|plan| plan.is_active)
                        .show(),
                )
            },
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
        .action(action(
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
                regions_field("regions", "Works in"),
            ],
        )
        .show()
}

const PUBLIC_PAGES: PublicPages = PublicPages {
    login: || login_page("Test", "Sign in.", "/forgot"),
    notice: || ().into_any(),
    enrolment: || view! { <h1 class="enrolment">"A second factor first"</h1> }.into_any(),
    pages: &[PublicPage {
        path: "/forgot",
        view: || view! { <h1 class="forgot">"Forgotten"</h1> }.into_any(),
    }],
};

/// A page that opens at an address, signed in or not.
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
        // The page has its own owner, because values of the router would otherwise keep it alive.
        let (owner, mount_point) = (Owner::new(), host.clone());
        let view = owner.with(|| {
            let shown = || panel(SECTIONS, "/plans", PUBLIC_PAGES);
            Box::new(leptos::mount::mount_to(mount_point, shown))
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
    pub fn has(&self, selector: &str) -> bool {
        self.host.query_selector(selector).unwrap().is_some()
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
        // The view is dropped first, because it must not read dropped signals.
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

/// Removes every answer and every recorded request.
pub fn fake_api() {
    js_sys::Function::new_no_args(FAKE)
        .call0(&JsValue::NULL)
        .unwrap();
}

/// Prepares an answer for this number of requests.
pub fn answer(times: u32, method: &str, path: &str, status: u16, body: &Value) {
    let all: js_sys::Array = js_sys::Reflect::get(&window(), &"answers".into())
        .unwrap()
        .unchecked_into();
    let answer = json!({ "times": times, "method": method, "path": path, "status": status, "body": body.to_string() });
    all.push(&js_sys::JSON::parse(&answer.to_string()).unwrap());
}

/// Returns the recorded requests: `GET /v1/plans`, with the token where there was one.
pub fn requests() -> Vec<Value> {
    let all = js_sys::Reflect::get(&window(), &"requests".into()).unwrap();
    serde_json::from_str(&String::from(js_sys::JSON::stringify(&all).unwrap())).unwrap()
}

pub fn count(method: &str, path: &str) -> usize {
    requests()
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

/// Prepares an API with a signed-in administrator and these plans.
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

/// Prepares the list, whose address is a prefix of every plan's address.
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

/// Waits until the condition holds.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..300 {
        if holds() {
            return;
        }
        pause(20).await;
    }
    panic!("{what}: {:?}", requests());
}
