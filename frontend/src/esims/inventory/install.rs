//! What a phone needs to install an eSIM: masked until somebody opens it and says why.

use kit::{
    api, task,
    ui::{Seal, Value, dialog::Reason, facts, opening, outside, picture},
};
use leptos::prelude::*;
use wire::esims::inventory::{Esim, Reveal, Revealed};

const SEAL: Seal = Seal {
    verb: "Reveal",
    title: "Reveal the activation code?",
    says: "Whoever has the code can install the eSIM. The opening is logged with your name and the reason.",
    reason: Reason::Required,
};

/// Draws it; nothing while there is no code.
pub fn install(esim: &Esim) -> Option<AnyView> {
    let masked = esim.activation_code.clone()?;
    let (server, esim) = (esim.smdp_address.clone(), esim.clone());
    let closed = move || {
        facts(vec![
            (
                "SM-DP+ address",
                server.clone().map_or_else(Value::absent, Value::code),
            ),
            ("Activation code", Value::text(masked.clone())),
        ])
    };
    let qr = esim.qr_code_url.clone();
    let open = move |reason| {
        let esim = esim.clone();
        task(async move {
            api::ask::<Esim, Revealed>(
                &esim,
                "reveal",
                &Reveal {
                    reason: Some(reason),
                },
            )
            .await
        })
    };
    Some(opening(SEAL, closed, open, move |code| {
        opened(code, qr.clone())
    }))
}

fn opened(code: Revealed, qr: Option<String>) -> AnyView {
    let confirmation = if code.confirmation_code_required {
        "The phone asks for it"
    } else {
        "Not needed"
    };
    let all = vec![
        ("SM-DP+ address", Value::code(code.smdp_address)),
        ("Matching id", Value::code(code.matching_id)),
        ("Activation code", Value::code(code.activation_code)),
        ("Confirmation code", Value::text(confirmation)),
    ];
    view! {
        <div class="with-picture">
            {qr.map(|address| picture(address, "QR code that installs the eSIM"))}
            <div class="opening">{facts(all)}<div class="actions">{outside("Install on iPhone", code.apple_url)}{outside("Install on Android", code.android_url)}</div></div>
        </div>
    }
    .into_any()
}
