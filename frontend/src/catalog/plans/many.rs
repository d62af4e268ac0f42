//! What can be done with many plans at once.

use kit::{
    api::{self, Call},
    page::{Act, act, act_for},
    ui::dialog::Reason,
};
use serde_json::{Value, json};
use wire::{
    BulkOutcome, Permission,
    catalog::plans::{Plan, ValidityPolicy},
};

const DAYS: &[(&str, &str)] = &[
    ("1", "1 day"),
    ("3", "3 days"),
    ("7", "7 days"),
    ("15", "15 days"),
    ("30", "30 days"),
    ("60", "60 days"),
    ("90", "90 days"),
    ("180", "180 days"),
    ("365", "365 days"),
];
const POLICIES: &[(&str, &str)] = &[
    ("first_use", "At first use"),
    ("installation", "At installation"),
    ("purchase", "At purchase"),
];
const TOPUPS: &[(&str, &str)] = &[
    ("true", "Allowed: it can be added to an eSIM in use"),
    ("false", "Not allowed: it is sold as a new eSIM only"),
];

/// The acts.
pub fn acts() -> Vec<Act<Plan>> {
    let to = Permission::PlansWrite;
    vec![
        act("Put on sale", "put on sale", to, |plan: Plan| {
            one(plan, json!("activate"))
        })
        .at_once("activate"),
        act("Take off sale", "taken off sale", to, |plan: Plan| {
            one(plan, json!("deactivate"))
        })
        .asks("Nobody can buy them until they are put on sale again.")
        .at_once("deactivate"),
        act_for(
            "Set validity",
            "given another validity",
            to,
            Reason::OneOf("Lasts", DAYS),
            |plan: Plan, days| {
                one(
                    plan,
                    json!({ "set_validity_days": days.parse::<i32>().unwrap_or_default() }),
                )
            },
        )
        .asks("Orders that were placed keep their terms."),
        act_for(
            "Set counting",
            "counted from another moment",
            to,
            Reason::OneOf("Validity starts", POLICIES),
            |plan: Plan, from| {
                let policy = ValidityPolicy::ALL.iter().find(|one| one.as_str() == from);
                one(plan, json!({ "set_validity_policy": policy }))
            },
        )
        .asks("Orders that were placed keep their terms."),
        act_for(
            "Set top-up",
            "changed",
            to,
            Reason::OneOf("Top-up", TOPUPS),
            |plan: Plan, allowed| one(plan, json!({ "set_topup_allowed": allowed == "true" })),
        ),
    ]
}

/// One of many, whatever was changed of it meanwhile.
async fn one(plan: Plan, action: Value) -> Result<(), api::Fault> {
    let call = Call::post("/v1/plans/bulk").json(&json!({ "action": action, "ids": [plan.id] }));
    let outcome: BulkOutcome = api::send(call).await?.json().await?;
    let refused = outcome.data.into_iter().find_map(|row| row.problem);
    refused.map_or(Ok(()), |problem| {
        Err(api::Fault::Refused(Box::new(problem)))
    })
}
