//! Orders of eSIMs.

use super::{Airalo, failure::success};
use crate::{
    Account, Cost, Delivery, EsimRef, Json, Purchase, Refusal, Secret, SuppliedEsim, SupplierError,
};
use chrono::TimeDelta;

/// The number of orders per page of a search. The search matches parts of a description, so that a reference ending in 1 also
/// finds those ending in 10 to 19.
const PAGE: &str = "50";

/// The number of pages that a search reads.
const PAGES: u32 = 5;

/// When to look up an order that the provider still works on.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

impl Airalo {
    pub(super) async fn place_order(
        &self,
        account: &Account,
        purchase: &Purchase,
    ) -> Result<Delivery, SupplierError> {
        let fields = [
            ("package_id", purchase.sku.as_str()),
            ("quantity", "1"),
            ("type", "sim"),
            ("description", purchase.reference.as_str()),
        ];
        let reply = self
            .send(account, || {
                self.http
                    .post(account, "order", &["v2", "orders"])
                    .form(&fields)
            })
            .await?;
        let body = success(account, &reply)?;
        let order = body.get("data");
        read_esim(order)
            .map(|esim| Delivery::Ready(Box::new(esim)))
            .ok_or_else(|| SupplierError::Unknown {
                message: format!("HTTP {}: the answer contains no eSIM", reply.status),
                order_ref: order.get("code").string(),
            })
    }

    pub(super) async fn look_up_order(
        &self,
        account: &Account,
        purchase: &Purchase,
    ) -> Result<Option<Delivery>, SupplierError> {
        let found = self.search(account, &purchase.reference).await?;
        let orders = found
            .iter()
            .filter(|order| order.get("type").text() != Some("topup"));
        let Some(order) = first(orders, &purchase.reference) else {
            return Ok(None);
        };
        let order_ref = order_ref(order)
            .ok_or_else(|| SupplierError::unknown("the order in the list has no number"))?;
        if !is_completed(order)? {
            return Ok(Some(Delivery::Pending {
                order_ref,
                ask_again: ASK_AGAIN,
            }));
        }
        match read_esim(order) {
            Some(esim) => Ok(Some(Delivery::Ready(Box::new(esim)))),
            None => Err(SupplierError::Unknown {
                message: "the order in the list contains no eSIM".into(),
                order_ref: Some(order_ref),
            }),
        }
    }

    /// Returns the orders whose description equals a reference.
    pub(super) async fn search(
        &self,
        account: &Account,
        reference: &str,
    ) -> Result<Vec<Json>, SupplierError> {
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let page = page.to_string();
            let reply = self
                .send(account, || {
                    self.http
                        .get(account, "find_order", &["v2", "orders"])
                        .query("filter[description]", reference)
                        .query("include", "sims,status")
                        .query("limit", PAGE)
                        .query("page", &page)
                })
                .await
                .map_err(SupplierError::of_look_up)?;
            let body = success(account, &reply).map_err(SupplierError::of_look_up)?;
            let orders = body.get("data");
            if !matches!(orders, Json::List(_) | Json::Object(_)) {
                return Err(SupplierError::unknown(
                    "the answer contains no list of orders",
                ));
            }
            found.extend(
                orders
                    .items()
                    .into_iter()
                    .filter(|order| order.get("description").text() == Some(reference))
                    .cloned(),
            );
            if !has_next(&body) {
                return Ok(found);
            }
        }
        Err(SupplierError::unknown("the search found too many orders"))
    }
}

/// Returns the first of the orders with one reference. There is more than one only if the provider has worked on a request
/// twice; the product knows one order per reference.
pub(super) fn first<'a>(
    orders: impl Iterator<Item = &'a Json>,
    reference: &str,
) -> Option<&'a Json> {
    let mut orders: Vec<_> = orders.collect();
    orders.sort_by_key(|order| order.get("id").whole().unwrap_or(i64::MAX));
    if orders.len() > 1 {
        let others: Vec<_> = orders.iter().skip(1).filter_map(|o| order_ref(o)).collect();
        tracing::error!(
            reference,
            orders = others.join(" "),
            "Airalo has more than one order with the reference {reference}"
        );
    }
    orders.first().copied()
}

/// Returns whether an order was completed; an error if it was not and never will be.
pub(super) fn is_completed(order: &Json) -> Result<bool, SupplierError> {
    match order.path(&["status", "slug"]).text() {
        Some("completed") => Ok(true),
        Some(status @ ("failed" | "refunded")) => Err(SupplierError::refused(
            Refusal::NotAllowed,
            format!("the order is {status}"),
        )),
        Some(_) => Ok(false),
        None => Ok(!order.get("sims").first().is_null() || order.get("sims").is_null()),
    }
}

/// Returns the number of an order. Its id is not unique: other accounts have orders with the same ids.
pub(super) fn order_ref(order: &Json) -> Option<String> {
    order
        .get("code")
        .string()
        .or_else(|| order.get("id").string())
}

/// Returns what the account pays. The field `price` is the retail price.
pub(super) fn cost(order: &Json) -> Option<Cost> {
    Some(Cost {
        amount: order.get("net_price").money()?,
        currency: order.get("currency").currency()?,
    })
}

/// Returns whether there is another page.
pub(super) fn has_next(body: &Json) -> bool {
    let page = |name: &str| body.path(&["meta", name]).whole();
    match (page("current_page"), page("last_page")) {
        (Some(current), Some(last)) => current < last,
        _ => body.path(&["links", "next"]).text().is_some(),
    }
}

fn read_esim(order: &Json) -> Option<SuppliedEsim> {
    let sim = order.get("sims").first();
    Some(SuppliedEsim {
        order_ref: order_ref(order)?,
        esim: EsimRef {
            // A number may have been rounded.
            iccid: sim.get("iccid").exact_text()?.to_owned(),
            provider_ref: sim.get("id").string(),
            sim_ref: None,
        },
        eid: None,
        activation_code: activation_code(sim)?,
        confirmation_code: sim.get("confirmation_code").string().map(Secret::from),
        apn: apn(sim),
        cost: cost(order),
        bundle_ref: None,
    })
}

/// Returns the activation code. The field `lpa` is the host of the server, not the code.
pub(super) fn activation_code(sim: &Json) -> Option<Secret> {
    if let Some(code) = sim
        .get("qrcode")
        .text()
        .filter(|code| code.starts_with("LPA:"))
    {
        return Some(code.to_owned().into());
    }
    let host = sim.get("lpa").text()?;
    let matching_id = sim.get("matching_id").text()?;
    Some(format!("LPA:1${host}${matching_id}").into())
}

/// Returns the APN, if it must be entered on at least one kind of phone.
fn apn(sim: &Json) -> Option<String> {
    [
        sim,
        sim.path(&["apn", "ios"]),
        sim.path(&["apn", "android"]),
    ]
    .into_iter()
    .find(|apn| apn.get("apn_type").text() == Some("manual"))
    .and_then(|apn| apn.get("apn_value").string())
}
