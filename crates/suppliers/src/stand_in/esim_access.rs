//! A stand-in for eSIM Access: failures with status 200, deliveries after some queries, and one order per `transactionId`.

use super::{Answer, Request, Server, lock};
use crate::signature;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::{Arc, Mutex},
};

/// The access code of the stand-in.
pub const ACCESS_CODE: &str = "stand-in-access";

/// The secret key of the stand-in.
pub const SECRET_KEY: &str = "stand-in-secret";

/// The digits of an ICCID before its number.
const ICCID: &str = "89852245280000";

/// An eSIM that was ordered.
#[derive(Debug, Clone, PartialEq)]
pub struct Esim {
    /// The number of the order.
    pub order_no: String,
    /// The number of the eSIM.
    pub number: String,
    /// The reference of the order.
    pub reference: String,
    /// The packages, with their top-ups.
    pub packages: Vec<String>,
    /// The state of the profile.
    pub profile: String,
    /// The state of the service.
    pub service: String,
    /// The used bytes.
    pub used: i64,
    /// The number of queries until the eSIM is allocated.
    pub queries_left: u32,
}

/// What a stand-in knows.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// The eSIMs.
    pub esims: Vec<Esim>,
    /// The top-ups, by their references.
    pub topups: BTreeMap<String, String>,
    /// The prices of the packages, in ten-thousandths of a dollar.
    pub prices: BTreeMap<String, i64>,
    /// How often money was charged.
    pub charges: u32,
    /// The number of queries until an order is delivered.
    pub queries_until_delivery: u32,
    /// The error codes of the next calls, by the end of their paths.
    pub failures: VecDeque<(String, String)>,
    /// Whether the timestamp of a signature is read in seconds.
    pub reads_seconds: bool,
    /// Whether `success` is sent as a text.
    pub writes_text: bool,
    /// Whether queries leave out the reference of an order.
    pub hides_references: bool,
}

/// The stand-in.
pub struct EsimAccessServer {
    /// The server.
    pub server: Server,
    account: Arc<Mutex<Account>>,
}

impl EsimAccessServer {
    /// Starts the stand-in with one package, `CKH491` for 5.70 USD, and its top-up.
    pub async fn start() -> io::Result<Self> {
        let account = Arc::new(Mutex::new(Account {
            prices: [
                ("CKH491".to_owned(), 57_000),
                ("TOPUP_CKH491".to_owned(), 55_000),
            ]
            .into(),
            ..Account::default()
        }));
        let shared = Arc::clone(&account);
        let server = Server::start(move |request| lock(&shared).answer(request)).await?;
        Ok(Self { server, account })
    }

    /// Returns or changes what the stand-in knows.
    pub fn with<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut lock(&self.account))
    }

    /// Refuses the next call of a path with an error code.
    pub fn fail_next(&self, path: &str, code: &str) {
        self.with(|account| account.failures.push_back((path.into(), code.into())));
    }
}

impl Account {
    fn answer(&mut self, request: &Request) -> Answer {
        let result = self.check_signature(request).and_then(|()| {
            let failure = self
                .failures
                .iter()
                .position(|(path, _)| request.path.ends_with(path.as_str()))
                .and_then(|position| self.failures.remove(position));
            match failure {
                Some((_, code)) => Err(code),
                None => self.handle(request),
            }
        });
        let flag = |success: bool| match self.writes_text {
            true => json!(success.to_string()),
            false => json!(success),
        };
        let body = match result {
            Ok(obj) => {
                json!({ "success": flag(true), "errorCode": null, "errorMsg": null, "obj": obj })
            }
            Err(code) => {
                json!({ "success": flag(false), "errorCode": code, "errorMsg": "refused", "obj": null })
            }
        };
        Answer::json(200, &body)
    }

    fn check_signature(&self, request: &Request) -> Result<(), String> {
        let header = |name| request.header(name).ok_or_else(|| "000101".to_owned());
        let time = header("rt-timestamp")?;
        let is_in_seconds = time.len() <= 10;
        if is_in_seconds != self.reads_seconds {
            return Err("101001".into());
        }
        let message = format!(
            "{time}{}{}{}",
            header("rt-requestid")?,
            header("rt-accesscode")?,
            request.body
        );
        let signature = signature::from_hex(header("rt-signature")?).unwrap_or_default();
        let is_valid =
            signature::is_hmac_sha256(SECRET_KEY.as_bytes(), message.as_bytes(), &signature);
        if is_valid && header("rt-accesscode")? == ACCESS_CODE {
            Ok(())
        } else {
            Err("101003".into())
        }
    }

    fn handle(&mut self, request: &Request) -> Result<Value, String> {
        let body = request.json();
        match request.path.trim_start_matches("/api/v1/open/") {
            "balance/query" => Ok(json!({ "balance": 1_234_567 })),
            "package/list" => Ok(self.packages(&body)),
            "esim/order" => self.order(&body),
            "esim/query" => self.query(&body),
            "esim/topup" => self.top_up(&body),
            "esim/usage/query" => Ok(self.usage(&body)),
            "esim/suspend" => self.change(&body, &["IN_USE", "GOT_RESOURCE"], "SUSPENDED"),
            "esim/unsuspend" => self.change(&body, &["SUSPENDED"], "IN_USE"),
            "esim/cancel" => self.change(&body, &["GOT_RESOURCE"], "CANCEL"),
            "esim/revoke" => self.change(&body, &["GOT_RESOURCE", "IN_USE"], "REVOKED"),
            _ => Err("000103".into()),
        }
    }

    fn packages(&self, body: &Value) -> Value {
        let is_topup = text(body, "type") == "TOPUP";
        let packages: Vec<Value> = self
            .prices
            .iter()
            .filter(|(sku, _)| sku.starts_with("TOPUP_") == is_topup)
            .map(|(sku, price)| {
                json!({
                    "packageCode": sku, "slug": "NA-3_1_7", "name": "North America 1GB 7Days", "price": price,
                    "currencyCode": "USD", "volume": 1_073_741_824, "dataType": 1, "unusedValidTime": 180,
                    "duration": 7, "durationUnit": "DAY", "location": "MX,US,CA", "supportTopUpType": 2,
                    "unknownField": { "a": [1] },
                })
            })
            .collect();
        json!({ "packageList": packages })
    }

    fn check_price(&self, sku: &str, price: Option<i64>) -> Result<(), String> {
        let known = self.prices.get(sku).ok_or("310241")?;
        match price {
            Some(price) if price != *known => Err("200005".into()),
            _ => Ok(()),
        }
    }

    fn order(&mut self, body: &Value) -> Result<Value, String> {
        let reference = text(body, "transactionId");
        if let Some(known) = self.esims.iter().find(|esim| esim.reference == reference) {
            return Ok(json!({ "orderNo": known.order_no }));
        }
        let package = body.pointer("/packageInfoList/0").unwrap_or(&Value::Null);
        let sku = text(package, "packageCode");
        self.check_price(sku, package.get("price").and_then(Value::as_i64))?;
        self.charges += 1;
        let number = format!("{:06}", self.esims.len() + 1);
        let esim = Esim {
            order_no: format!("B{number}"),
            number: format!("2611{number}"),
            reference: reference.to_owned(),
            packages: vec![sku.to_owned()],
            profile: "RELEASED".into(),
            service: "GOT_RESOURCE".into(),
            used: 0,
            queries_left: self.queries_until_delivery,
        };
        let order_no = esim.order_no.clone();
        self.esims.push(esim);
        Ok(json!({ "orderNo": order_no }))
    }

    fn query(&mut self, body: &Value) -> Result<Value, String> {
        if body.pointer("/pager/pageNum").is_none() {
            return Err("000105".into());
        }
        let (order_no, number) = (text(body, "orderNo"), text(body, "esimTranNo"));
        let iccid = text(body, "iccid");
        let hides_references = self.hides_references;
        let mut items = Vec::new();
        for esim in &mut self.esims {
            let is_asked = (order_no.is_empty() || esim.order_no == order_no)
                && (number.is_empty() || esim.number == number)
                && (iccid.is_empty() || esim.iccid() == iccid);
            if !is_asked {
                continue;
            }
            if esim.queries_left > 0 {
                esim.queries_left -= 1;
                if !order_no.is_empty() {
                    return Err("200010".into());
                }
                items.push(json!({
                    "orderNo": esim.order_no, "transactionId": esim.reference, "esimStatus": "GETTING_RESOURCE",
                }));
                continue;
            }
            let mut item = esim.describe();
            if let (true, Some(fields)) = (hides_references, item.as_object_mut()) {
                fields.remove("transactionId");
            }
            items.push(item);
        }
        if !order_no.is_empty() && items.is_empty() {
            return Err("310272".into());
        }
        let total = items.len();
        Ok(json!({ "esimList": items, "pager": { "pageNum": 1, "pageSize": 50, "total": total } }))
    }

    fn top_up(&mut self, body: &Value) -> Result<Value, String> {
        let (reference, sku) = (text(body, "transactionId"), text(body, "packageCode"));
        let number = text(body, "esimTranNo");
        let price = body.get("amount").and_then(Value::as_i64);
        let is_repeated = self.topups.contains_key(reference);
        if !is_repeated {
            self.check_price(sku, price)?;
        }
        let esim = self
            .esims
            .iter_mut()
            .find(|esim| esim.number == number)
            .ok_or("310403")?;
        if matches!(esim.service.as_str(), "CANCEL" | "REVOKED" | "USED_EXPIRED") {
            return Err("200009".into());
        }
        if !is_repeated {
            esim.packages.push(sku.to_owned());
            self.topups.insert(reference.to_owned(), number.to_owned());
            self.charges += 1;
        }
        Ok(json!({
            "transactionId": reference, "iccid": esim.iccid(), "expiredTime": "2026-12-06T08:10:19+0000",
            "totalVolume": esim.total(), "orderUsage": esim.used,
        }))
    }

    fn usage(&self, body: &Value) -> Value {
        let asked = body.get("esimTranNoList").and_then(Value::as_array);
        let is_asked = |esim: &&Esim| {
            asked.is_some_and(|list| list.iter().any(|one| one.as_str() == Some(&esim.number)))
        };
        self.esims
            .iter()
            .filter(is_asked)
            .map(|esim| {
                json!({
                    "esimTranNo": esim.number, "dataUsage": esim.used, "totalData": esim.total(),
                    "lastUpdateTime": "2026-11-29T09:00:00+0000",
                })
            })
            .collect()
    }

    fn change(&mut self, body: &Value, from: &[&str], to: &str) -> Result<Value, String> {
        let number = text(body, "esimTranNo");
        let esim = self
            .esims
            .iter_mut()
            .find(|esim| esim.number == number)
            .ok_or("310403")?;
        let is_unused = esim.profile == "RELEASED" && esim.used == 0;
        if !from.contains(&esim.service.as_str()) || (to == "CANCEL" && !is_unused) {
            return Err("200002".into());
        }
        to.clone_into(&mut esim.service);
        Ok(json!({}))
    }
}

impl Esim {
    /// Returns the ICCID.
    pub fn iccid(&self) -> String {
        format!("{ICCID}{}", self.number.trim_start_matches("2611"))
    }

    fn total(&self) -> i64 {
        let packages = i64::try_from(self.packages.len()).unwrap_or(i64::MAX);
        packages.saturating_mul(1_073_741_824)
    }

    fn describe(&self) -> Value {
        let packages: Vec<Value> = self
            .packages
            .iter()
            .map(|sku| json!({ "packageCode": sku, "duration": 7, "volume": 1_073_741_824 }))
            .collect();
        json!({
            "esimTranNo": self.number, "orderNo": self.order_no, "transactionId": self.reference,
            "imsi": "454006109846571", "iccid": self.iccid(), "ac": format!("LPA:1$rsp.example.com${}", self.number),
            "smdpStatus": self.profile, "esimStatus": self.service, "eid": "", "totalVolume": self.total(),
            "orderUsage": self.used, "expiredTime": "2026-12-01T08:10:19+0000", "packageList": packages,
        })
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}
