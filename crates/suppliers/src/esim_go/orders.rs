//! Orders of eSIMs.

use super::EsimGo;
use crate::{
    Account, Cost, Delivery, EsimRef, Json, Purchase, Refusal, Secret, Sent, SuppliedEsim,
    SupplierError,
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The time for the validation, so that time remains for the order.
const VALIDATION_TIMEOUT: Duration = Duration::from_secs(6);

/// The time for writing our reference to an eSIM.
const MARK_TIMEOUT: Duration = Duration::from_secs(3);

/// When to ask for an eSIM that is still processed.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// The time before the call in which an order can have been created, for differences between the clocks.
const BEFORE: TimeDelta = TimeDelta::seconds(60);

/// The time after the begin of the call in which an order can have been created.
const AFTER: TimeDelta = TimeDelta::seconds(90);

/// How much the searched window is larger than the compared one, because the clock of the provider is known afterwards.
const SEARCH_MARGIN: TimeDelta = TimeDelta::minutes(10);

/// The number of orders per page.
const PAGE: usize = 50;

/// The number of pages that a search reads.
const PAGES: usize = 20;

/// Which eSIM gets the package.
pub(super) enum Target<'a> {
    /// A new one.
    New,
    /// An existing one.
    Existing(&'a str),
}

impl EsimGo {
    pub(super) async fn place_order(
        &self,
        account: &Account,
        purchase: &Purchase,
    ) -> Result<Delivery, SupplierError> {
        let order = self.buy(account, purchase, &Target::New).await?;
        let Some(order_ref) = order.get("orderReference").string() else {
            return Err(SupplierError::unknown("the answer contains no order"));
        };
        match read_esim(&order, order.path(&["order"]).first().get("esims").first()) {
            Some(esim) if is_completed(&order) => {
                self.mark(account, &esim.esim.iccid, &purchase.reference)
                    .await;
                Ok(Delivery::Ready(Box::new(esim)))
            }
            _ => Ok(Delivery::Pending {
                order_ref,
                ask_again: ASK_AGAIN,
            }),
        }
    }

    /// Validates an order and sends it. An order that is not valid, or costs more than expected, is not sent.
    pub(super) async fn buy(
        &self,
        account: &Account,
        purchase: &Purchase,
        target: &Target<'_>,
    ) -> Result<Json, SupplierError> {
        let validation = self
            .http
            .post(account, "validate", &["orders"])
            .json(&order_body("validate", purchase, target))
            .repeatable()
            .timeout(VALIDATION_TIMEOUT);
        let valid = self
            .call(account, validation, Refusal::UnknownSku)
            .await
            .map_err(nothing_bought)?;
        check_price(account, purchase, &valid)?;
        let order = self
            .http
            .post(account, "order", &["orders"])
            .json(&order_body("transaction", purchase, target));
        self.call(account, order, Refusal::UnknownSku).await
    }

    pub(super) async fn look_up_order(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
    ) -> Result<Option<Delivery>, SupplierError> {
        let order = match &sent.order_ref {
            Some(order_ref) => self.order(account, order_ref).await?,
            None => match self.search(account, sent).await? {
                Some(order) => order,
                None => return Ok(None),
            },
        };
        let order_ref = order
            .get("orderReference")
            .string()
            .or_else(|| sent.order_ref.clone())
            .ok_or_else(|| SupplierError::unknown("the order has no reference"))?;
        let listed = order.path(&["order"]).first().get("esims").first().clone();
        let mut esim = read_esim(&order, &listed).filter(|_| is_completed(&order));
        if esim.is_none() {
            let assigned = self.assigned(account, &order_ref).await?;
            esim = read_esim(&order, &assigned);
        }
        let Some(mut esim) = esim else {
            return Ok(Some(Delivery::Pending {
                order_ref,
                ask_again: ASK_AGAIN,
            }));
        };
        esim.order_ref = order_ref;
        self.mark(account, &esim.esim.iccid, &sent.order.reference)
            .await;
        Ok(Some(Delivery::Ready(Box::new(esim))))
    }

    async fn order(&self, account: &Account, order_ref: &str) -> Result<Json, SupplierError> {
        let call = self
            .http
            .get(account, "find_order", &["orders", order_ref])
            .query("includeIccids", "true");
        let order = self
            .call(account, call, Refusal::BadRequest)
            .await
            .map_err(SupplierError::of_look_up)?;
        let one = order.one_or_many().first().copied().cloned();
        one.ok_or_else(|| SupplierError::unknown("the answer contains no order"))
    }

    /// Returns the eSIM of an order; [`Json::Null`] while the provider still processes it.
    async fn assigned(&self, account: &Account, order_ref: &str) -> Result<Json, SupplierError> {
        let call = self
            .http
            .get(account, "assignments", &["esims", "assignments"])
            .query("reference", order_ref)
            .once();
        let reply = self
            .send(account, call)
            .await
            .map_err(SupplierError::of_look_up)?;
        if reply.status == 503 || reply.status == 404 {
            return Ok(Json::Null);
        }
        if !reply.is_success() {
            let failure = self.failure(account, &reply, Refusal::BadRequest).await;
            return Err(failure.of_look_up());
        }
        let body = reply.json()?;
        Ok(body
            .one_or_many()
            .first()
            .copied()
            .cloned()
            .unwrap_or(Json::Null))
    }

    /// Returns the order that was created for a call, by its time and SKU.
    async fn search(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
    ) -> Result<Option<Json>, SupplierError> {
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let (orders, skew) = self.orders(account, sent, page).await?;
            found.extend(
                orders
                    .iter()
                    .filter(|order| is_candidate(order, sent, skew))
                    .cloned(),
            );
            if orders.len() < PAGE {
                let mut ours = Vec::new();
                for order in found {
                    if self.is_unclaimed(account, &order, sent).await? {
                        ours.push(order);
                    }
                }
                return match ours.len() {
                    0 | 1 => Ok(ours.pop()),
                    _ => Err(SupplierError::unknown("more than one order can be ours")),
                };
            }
        }
        Err(SupplierError::unknown("the search found too many orders"))
    }

    /// Returns a page of the orders in the window, and how far the clock of the provider is ahead of ours.
    async fn orders(
        &self,
        account: &Account,
        sent: &Sent<Purchase>,
        page: usize,
    ) -> Result<(Vec<Json>, TimeDelta), SupplierError> {
        let format = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let begin = sent.sent_at - BEFORE - SEARCH_MARGIN;
        let end = sent.sent_at + AFTER + SEARCH_MARGIN;
        let call = self
            .http
            .get(account, "find_order", &["orders"])
            .query("includeIccids", "true")
            .query("page", &page.to_string())
            .query("limit", &PAGE.to_string())
            .query("createdAt", &format!("gte:{}", format(begin)))
            .query("createdAt", &format!("lte:{}", format(end)));
        let reply = self
            .send(account, call)
            .await
            .map_err(SupplierError::of_look_up)?;
        if !reply.is_success() {
            let failure = self.failure(account, &reply, Refusal::BadRequest).await;
            return Err(failure.of_look_up());
        }
        let skew = reply
            .provider_time()
            .map_or(TimeDelta::zero(), |time| time - reply.received_at);
        let body = reply.json()?;
        let list = match body.get("orders") {
            Json::Null => &body,
            list => list,
        };
        if !matches!(list, Json::List(_)) && list.get("orderReference").is_null() {
            return Err(SupplierError::unknown(
                "the answer contains no list of orders",
            ));
        }
        Ok((list.one_or_many().into_iter().cloned().collect(), skew))
    }

    /// Returns whether the eSIM of an order carries no reference, or ours.
    async fn is_unclaimed(
        &self,
        account: &Account,
        order: &Json,
        sent: &Sent<Purchase>,
    ) -> Result<bool, SupplierError> {
        let item = order.path(&["order"]).first();
        let iccid = match item.get("esims").first().get("iccid").exact_text() {
            Some(iccid) => Some(iccid),
            None => item.get("iccids").first().exact_text(),
        };
        let Some(iccid) = iccid else {
            return Ok(true);
        };
        let call = self.http.get(account, "esim", &["esims", iccid]);
        let esim = self
            .call(account, call, Refusal::UnknownEsim)
            .await
            .map_err(SupplierError::of_look_up)?;
        let reference = esim.get("customerRef").text();
        Ok(reference.is_none_or(|reference| reference == sent.order.reference))
    }

    /// Writes our reference to an eSIM, so that a search for another order does not take it. An error changes nothing for this
    /// order.
    async fn mark(&self, account: &Account, iccid: &str, reference: &str) {
        let call = self
            .http
            .call(account, "mark", Method::PUT, &["esims"])
            .query("iccid", iccid)
            .query("customerRef", reference)
            .json(&json!({ "iccid": iccid, "customerRef": reference }))
            .timeout(MARK_TIMEOUT);
        if let Err(error) = self.call(account, call, Refusal::UnknownEsim).await {
            tracing::warn!(%error, reference, "The reference {reference} was not written to its eSIM");
        }
    }
}

fn order_body(kind: &str, purchase: &Purchase, target: &Target<'_>) -> Value {
    let mut item = json!({
        "type": "bundle",
        "item": purchase.sku,
        "quantity": 1,
        // Otherwise the provider puts a package that does not fit the eSIM on a new one.
        "allowReassign": false,
    });
    if let (Target::Existing(iccid), Some(fields)) = (target, item.as_object_mut()) {
        fields.insert("iccids".into(), json!([iccid]));
    }
    json!({ "type": kind, "assign": true, "order": [item] })
}

/// Returns the error of a validation: it buys nothing.
fn nothing_bought(error: SupplierError) -> SupplierError {
    match error {
        SupplierError::Unknown { message, .. } => {
            SupplierError::refused(Refusal::Unreachable, format!("validation: {message}"))
        }
        error => error,
    }
}

fn check_price(account: &Account, purchase: &Purchase, valid: &Json) -> Result<(), SupplierError> {
    if valid.get("valid").flag() != Some(true) {
        let words = valid
            .get("message")
            .text()
            .unwrap_or("the order is not valid");
        return Err(SupplierError::refused(
            Refusal::NotAllowed,
            crate::text::quote(account, words),
        ));
    }
    let (Some(expected), Some(total)) = (&purchase.expected_cost, valid.get("total").money())
    else {
        return Ok(());
    };
    let currency = valid.get("currency").currency();
    if currency.is_some_and(|currency| currency != expected.currency) || total > expected.amount {
        return Err(SupplierError::refused(
            Refusal::PriceChanged,
            format!(
                "the price is {total} {}",
                valid.get("currency").text().unwrap_or_default()
            ),
        ));
    }
    Ok(())
}

pub(super) fn is_completed(order: &Json) -> bool {
    order
        .get("status")
        .text()
        .is_some_and(|status| status.eq_ignore_ascii_case("completed"))
}

pub(super) fn cost(order: &Json) -> Option<Cost> {
    Some(Cost {
        amount: order.get("total").money()?,
        currency: order.get("currency").currency()?,
    })
}

/// Returns whether a time is in the window of a call, by the clock of the provider.
pub(super) fn is_in_window(time: DateTime<Utc>, sent_at: DateTime<Utc>, skew: TimeDelta) -> bool {
    let begin = sent_at + skew;
    (begin - BEFORE..=begin + AFTER).contains(&time)
}

fn is_candidate(order: &Json, sent: &Sent<Purchase>, skew: TimeDelta) -> bool {
    let item = order.path(&["order"]).first();
    let is_known = order
        .get("orderReference")
        .text()
        .is_some_and(|known| sent.known_orders.iter().any(|other| other == known));
    let is_in_time = order
        .get("createdDate")
        .time()
        .is_none_or(|time| is_in_window(time, sent.sent_at, skew));
    item.get("item").text() == Some(sent.order.sku.as_str())
        && item.get("quantity").whole().is_none_or(|count| count == 1)
        && order.get("assigned").flag() != Some(false)
        && !is_known
        && is_in_time
}

fn read_esim(order: &Json, esim: &Json) -> Option<SuppliedEsim> {
    Some(SuppliedEsim {
        order_ref: order.get("orderReference").string().unwrap_or_default(),
        esim: EsimRef {
            // A number may have been rounded.
            iccid: esim.get("iccid").exact_text()?.to_owned(),
            provider_ref: None,
            sim_ref: None,
        },
        eid: None,
        activation_code: activation_code(esim)?,
        confirmation_code: None,
        apn: None,
        cost: cost(order),
        bundle_ref: None,
    })
}

/// Builds the activation code. The provider sends the server as a URL.
fn activation_code(esim: &Json) -> Option<Secret> {
    let address = esim.get("smdpAddress").text()?;
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split('/').next().filter(|host| !host.is_empty())?;
    let matching_id = esim.get("matchingId").text()?;
    Some(format!("LPA:1${host}${matching_id}").into())
}
