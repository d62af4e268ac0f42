//! All settings of the program: key, valid values and default.
//!
//! A setting is declared here and nowhere else. A migration of the database creates its row.

use super::{AmountLimits, KycRequired, SettingDataType};
use crate::{Currency, Decimal, FieldErrors, accounts::kyc::KycDocumentType, identifier, region};

/// Rule for the values of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// One line with a minimum and a maximum length.
    Line(usize, usize),
    /// Several lines with a maximum length.
    Lines(usize),
    /// An email address or empty.
    Email,
    /// A whole number with a minimum and a maximum.
    Whole(i64, i64),
    /// The name of a time zone.
    TimeZone,
    /// An ISO 3166-1 alpha-2 country code or empty.
    Country,
    /// A currency code or empty.
    Currency,
    /// A percentage from 0 to 100 with at most two decimals.
    Percent,
    /// The URL of a web page or empty.
    Url,
    /// Groups of document types; one document of each group is required.
    Documents,
    /// The prefix of a number series, different from the prefixes of the other series.
    Prefix,
    /// Amounts by currency.
    Amounts,
    /// On or off: `true` or `false`.
    Switch,
}

/// The changes of a setting that weaken a financial or security control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakened {
    /// A higher number or amount.
    WhenRaised,
    /// A document requirement that fewer documents meet.
    WhenLoosened,
    /// Every change.
    Always,
}

/// Prefixes of the other number series: credit notes and orders.
const SERIES: [&str; 2] = ["CN", "ORD"];

/// The definition of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SettingDefinition {
    /// Key of the setting.
    pub key: &'static str,
    /// Category of the setting.
    pub category: &'static str,
    /// Purpose of the setting.
    pub description: &'static str,
    /// Default value.
    pub default: &'static str,
    /// Whether anyone can read the setting without signing in.
    pub is_public: bool,
    /// Rule for the values.
    pub rule: Rule,
    /// The changes that weaken the setting, if it is a financial or security control.
    pub weakened: Option<Weakened>,
}

/// The key of a setting as a type, which determines the type of its value.
#[cfg(feature = "server")]
pub trait SettingKey {
    /// Type of the value.
    type Value: SettingValue;
    /// The definition of the setting.
    const DEFINITION: SettingDefinition;
}

/// A type that a setting's text can be parsed to.
#[cfg(feature = "server")]
pub trait SettingValue: Sized {
    /// Parses the text; returns `None` when it is invalid.
    fn from_text(text: &str) -> Option<Self>;
}

macro_rules! weakened {
    () => {
        None
    };
    ($how:ident) => {
        Some(Weakened::$how)
    };
}

macro_rules! settings {
    ($(#[doc = $says:literal] $name:ident: $kind:ty = $key:literal in $category:literal, $default:literal, $public:literal, $rule:expr $(, weakened $weakened:ident)?;)+) => {
        /// All settings, in display order.
        pub const SETTINGS: &[SettingDefinition] = &[$(SettingDefinition {
            key: $key, category: $category, description: $says.trim_ascii(), default: $default, is_public: $public, rule: $rule,
            weakened: weakened!($($weakened)?),
        }),+];
        /// The keys of the settings as types.
        #[cfg(feature = "server")]
        pub mod keys {
            use super::{AmountLimits, Currency, Decimal, KycRequired, SettingDefinition, SettingKey, Rule, Weakened};
            $(#[doc = $says] pub struct $name; impl SettingKey for $name {
                type Value = $kind;
                const DEFINITION: SettingDefinition = SettingDefinition { key: $key, category: $category, description: $says.trim_ascii(), default: $default, is_public: $public, rule: $rule, weakened: weakened!($($weakened)?) };
            })+
        }
    };
}

settings! {
    /// Name of the business in emails and in the shop.
    BusinessName: String = "business.name" in "business", "eSIM Admin", true, Rule::Line(1, 100);
    /// Email address of customer support, which emails state.
    SupportEmail: Option<String> = "business.support_email" in "business", "", true, Rule::Email;
    /// Time zone of the business, for dates in emails and reports.
    BusinessTimeZone: chrono_tz::Tz = "business.time_zone" in "business", "UTC", true, Rule::TimeZone;
    /// Country of the business as two letters such as GB. Phone numbers without a country code are read as numbers of this country.
    BusinessCountry: Option<String> = "business.country" in "business", "", false, Rule::Country;
    /// Footer of all emails: the company's address and registration number.
    EmailFooter: Option<String> = "emails.footer" in "emails", "", false, Rule::Lines(1000);
    /// Company details on invoices below the name: address and tax number.
    InvoiceSeller: Option<String> = "invoices.seller" in "invoices", "", false, Rule::Lines(1000);
    /// Prefix of invoice numbers. No other number series may have the same prefix.
    InvoicePrefix: String = "invoices.prefix" in "invoices", "INV", false, Rule::Prefix;
    /// Minutes until an unpaid order is cancelled.
    PaymentWindow: i64 = "orders.payment_window_minutes" in "orders", "30", false, Rule::Whole(5, 10_080);
    /// Minimum margin in percent of the price. A price with a lower margin requires a reason. 0 allows any margin.
    MinimumMargin: i64 = "pricing.minimum_margin_percent" in "pricing", "5", false, Rule::Whole(0, 99);
    /// Maximum cost of an eSIM in percent of its price. Offers above it are not ordered from. 0 allows any cost.
    MaxCost: i64 = "provisioning.max_cost_percent" in "provisioning", "0", false, Rule::Whole(0, 1000);
    /// Minutes until an unpaid order is cancelled, for payments that staff confirm: bank transfer, wallet, cryptocurrency.
    RecordedWindow: i64 = "orders.recorded_window_minutes" in "orders", "10080", false, Rule::Whole(60, 43_200);
    /// Hours for which an unpaid order reserves stock, for payments that staff confirm. The order can be paid until its payment window ends; stock is checked again then.
    TransferReservation: i64 = "orders.transfer_reservation_hours" in "orders", "6", false, Rule::Whole(0, 168), weakened WhenRaised;
    /// Maximum number of eSIMs in unpaid orders of one customer. Orders that staff place are not limited.
    UnpaidUnitsPerCustomer: i64 = "orders.unpaid_units_per_customer" in "orders", "10", false, Rule::Whole(1, 10_000), weakened WhenRaised;
    /// Maximum number of eSIMs in unpaid orders of one API client, for all its customers together.
    UnpaidUnitsPerClient: i64 = "orders.unpaid_units_per_client" in "orders", "20", false, Rule::Whole(1, 100_000), weakened WhenRaised;
    /// Days after which an expired eSIM is cancelled, at its provider where that is possible. A top-up during this time makes it active again. 0 never cancels.
    RecycleAfterDays: i64 = "esims.recycle_after_days" in "esims", "30", false, Rule::Whole(0, 365);
    /// Whether customers receive an email when 50, 75, 90 and 100 percent of their data are used.
    UsageAlertEmails: bool = "emails.usage_alerts" in "emails", "true", false, Rule::Switch;
    /// Whether customers receive an email 72 and 24 hours before their plan expires.
    ExpiryReminderEmails: bool = "emails.expiry_reminders" in "emails", "true", false, Rule::Switch;
    /// Tax in percent of the price after discounts, added to the price.
    TaxPercent: Decimal = "billing.tax_percent" in "billing", "0.00", true, Rule::Percent;
    /// Payment instructions for bank transfers: the account, and that the order number is the payment reference.
    BankInstructions: Option<String> = "billing.bank_transfer_instructions" in "billing", "", false, Rule::Lines(1000);
    /// Payment instructions for PayPal: the recipient.
    PaypalInstructions: Option<String> = "billing.paypal_instructions" in "billing", "", false, Rule::Lines(1000);
    /// Payment instructions for cryptocurrencies: the addresses.
    CryptoInstructions: Option<String> = "billing.crypto_instructions" in "billing", "", false, Rule::Lines(1000);
    /// Maximum amount of refunds that one person may both request and approve, per payment and per day, by currency. In a currency that is not listed every refund requires a second person.
    FourEyesAbove: AmountLimits = "refunds.four_eyes_above" in "refunds", "{\"AED\":\"360.00\",\"AUD\":\"150.00\",\"BRL\":\"500.00\",\"CAD\":\"140.00\",\"CHF\":\"90.00\",\"CNY\":\"700.00\",\"CZK\":\"2200.00\",\"DKK\":\"700.00\",\"EUR\":\"100.00\",\"GBP\":\"80.00\",\"HKD\":\"800.00\",\"HUF\":\"35000.00\",\"IDR\":\"1600000.00\",\"ILS\":\"350.00\",\"INR\":\"8500.00\",\"JPY\":\"15000.00\",\"KRW\":\"140000.00\",\"MXN\":\"1900.00\",\"MYR\":\"430.00\",\"NOK\":\"1000.00\",\"NZD\":\"170.00\",\"PHP\":\"5700.00\",\"PLN\":\"380.00\",\"RON\":\"450.00\",\"SEK\":\"1000.00\",\"SGD\":\"130.00\",\"THB\":\"3400.00\",\"TRY\":\"4000.00\",\"TWD\":\"3200.00\",\"USD\":\"100.00\",\"VND\":\"2500000.00\",\"ZAR\":\"1800.00\"}", false, Rule::Amounts, weakened WhenRaised;
    /// Currency to which financial reports convert all amounts, as a code such as EUR. Empty converts nothing.
    BaseCurrency: Option<Currency> = "reports.base_currency" in "reports", "", false, Rule::Currency;
    /// Days after the end of a month until its financial reports are locked. Refunds and costs that are recorded later count on the day on which they are recorded. 0 locks nothing by itself.
    LockAfterDays: i64 = "reports.lock_after_days" in "reports", "10", false, Rule::Whole(0, 365);
    /// Documents that must be approved before a customer is verified.
    KycRequiredDocuments: KycRequired = "kyc.required_documents" in "identity", "[[\"passport\",\"id_card\",\"drivers_license\"]]", true, Rule::Documents, weakened WhenLoosened;
    /// Web page where customers upload identity documents; emails about identity verification link to it.
    KycUploadUrl: Option<String> = "kyc.upload_url" in "identity", "", true, Rule::Url, weakened Always;
    /// Days after which a resolved ticket is closed. The customer's answer to a closed ticket opens a new one.
    TicketAutoCloseDays: i64 = "tickets.auto_close_days" in "support", "7", false, Rule::Whole(1, 365);
    /// Days without use after which a session ends.
    SessionIdleDays: i64 = "sessions.idle_days" in "signing in", "14", false, Rule::Whole(1, 90), weakened WhenRaised;
}

/// Returns the definition of the setting with this key.
pub fn definition(key: &str) -> Option<&'static SettingDefinition> {
    SETTINGS.iter().find(|known| known.key == key)
}

impl SettingDefinition {
    /// Returns the data type of the setting's text.
    pub const fn data_type(&self) -> SettingDataType {
        match self.rule {
            Rule::Whole(..) => SettingDataType::Number,
            Rule::Switch => SettingDataType::Boolean,
            Rule::Documents | Rule::Amounts => SettingDataType::Json,
            // A string, so that clients do not parse it as a float.
            Rule::Line(..)
            | Rule::Lines(_)
            | Rule::Email
            | Rule::Url
            | Rule::TimeZone
            | Rule::Country
            | Rule::Currency
            | Rule::Percent
            | Rule::Prefix => SettingDataType::String,
        }
    }

    /// Returns a description of the valid values in a sentence.
    pub fn accepts(&self) -> String {
        match self.rule {
            Rule::Line(least, most) => format!("A line of {least} to {most} characters."),
            Rule::Lines(most) => format!("A text of {most} characters at most."),
            Rule::Url => {
                "The https URL of a page, such as https://shop.example.com/documents, or empty."
                    .to_owned()
            }
            Rule::Switch => "true or false.".to_owned(),
            Rule::Email => "An e-mail address, or empty.".to_owned(),
            Rule::Whole(least, most) => format!("A whole number from {least} to {most}."),
            Rule::Percent => {
                "A number from 0 to 100 with two decimals at most, such as 19.00.".to_owned()
            }
            Rule::TimeZone => "The name of a time zone, such as Europe/Berlin.".to_owned(),
            Rule::Prefix => format!(
                "1 to 10 letters A to Z, digits and hyphens, starting and ending with a letter or digit; not {}, which are the prefixes of other number series.",
                SERIES.join(" or ")
            ),
            Rule::Amounts => "A JSON object of amounts by currency, such as {\"USD\":\"100.00\",\"JPY\":\"15000\"}; or one number of US dollars, which sets roughly the same value in every currency.".to_owned(),
            Rule::Country => "A country code of two letters, such as GB, or empty.".to_owned(),
            Rule::Currency => "A currency code of three letters, such as EUR, or empty.".to_owned(),
            Rule::Documents => format!(
                "A JSON array of groups, each an array of {}; one document of each group is required.",
                KycDocumentType::WORDS.join(", ")
            ),
        }
    }

    /// Returns the text in its stored form, or the errors of the field `value` if it is invalid.
    pub fn normalize(&self, text: &str) -> Result<String, FieldErrors> {
        let (text, mut bad) = (text.trim(), FieldErrors::default());
        match self.rule {
            Rule::Line(least, most) => {
                bad.length("value", text, least, most);
            }
            Rule::Lines(most) => bad.lines("value", text, 0, most),
            Rule::Url if text.is_empty() => {}
            Rule::Url if !is_page(text) => bad.add("value", "url", self.accepts()),
            Rule::Url => {}
            Rule::Switch if !matches!(text, "true" | "false") => {
                bad.add("value", "type", self.accepts());
            }
            Rule::Switch => {}
            Rule::Email if text.is_empty() => {}
            Rule::Email => {
                bad.email("value", text);
                return finish(bad, identifier::email(text));
            }
            Rule::Whole(least, most) => match text.parse() {
                Ok(number) => {
                    bad.range("value", number, least, most);
                    return finish(bad, number.to_string());
                }
                Err(_) => bad.add("value", "type", self.accepts()),
            },
            Rule::Percent => match text.parse::<Decimal>() {
                Ok(percent) if !percent.is_negative() && percent <= 100.into() => {
                    return finish(bad, percent.to_string());
                }
                _ => bad.add("value", "type", self.accepts()),
            },
            Rule::Prefix => {
                let prefix = text.to_uppercase();
                if !is_prefix(&prefix) {
                    bad.add("value", "type", self.accepts());
                } else if SERIES.contains(&prefix.as_str()) {
                    bad.add("value", "taken", "Another number series has this prefix.");
                }
                return finish(bad, prefix);
            }
            Rule::Amounts => match AmountLimits::parse(text) {
                Some(limits) => {
                    return finish(bad, serde_json::to_string(&limits).unwrap_or_default());
                }
                None => bad.add("value", "type", self.accepts()),
            },
            Rule::TimeZone if !is_zone(text) => bad.add("value", "time_zone", self.accepts()),
            Rule::TimeZone => {}
            Rule::Country => {
                let code = text.to_uppercase();
                let is_country = code.len() == 2 && region::is_known(&code);
                if !(code.is_empty() || is_country) {
                    bad.add("value", "country", self.accepts());
                }
                return finish(bad, code);
            }
            Rule::Currency => {
                let code = text.to_uppercase();
                if !(code.is_empty() || Currency::WORDS.contains(&code.as_str())) {
                    bad.add("value", "currency", self.accepts());
                }
                return finish(bad, code);
            }
            Rule::Documents => match KycRequired::parse(text) {
                Some(groups) => {
                    return finish(bad, serde_json::to_string(&groups).unwrap_or_default());
                }
                None => bad.add("value", "type", self.accepts()),
            },
        }
        bad.no_secret("value", text);
        finish(bad, text.to_owned())
    }

    /// Returns whether the change from one value to another weakens a financial or security control. A value that
    /// cannot be parsed counts as the strictest one, so that replacing it weakens.
    pub fn is_weakened_by(&self, before: &str, after: &str) -> bool {
        let number = |text: &str| text.parse::<i64>().ok();
        match self.weakened {
            None => false,
            Some(Weakened::Always) => before != after,
            Some(Weakened::WhenRaised) if self.rule == Rule::Amounts => {
                let limits = AmountLimits::parse(after).zip(AmountLimits::parse(before));
                limits.is_none_or(|(after, before)| after.exceeds(&before))
            }
            Some(Weakened::WhenRaised) => number(after) > number(before),
            Some(Weakened::WhenLoosened) => {
                let sets = KycRequired::parse(after).zip(KycRequired::parse(before));
                sets.is_none_or(|(after, before)| !after.is_as_strict_as(&before))
            }
        }
    }

    /// Returns the value as JSON of its own type.
    pub fn json(&self, text: &str) -> serde_json::Value {
        match self.data_type() {
            SettingDataType::String => text.into(),
            _ => serde_json::from_str(text).unwrap_or_default(),
        }
    }
}

/// Returns whether a text is the https URL of a page on a named host, without credentials, spaces or quotes.
fn is_page(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '`');
    text.len() <= 500
        && text.chars().all(is_plain)
        && name.contains('.')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        && !name.starts_with('.')
        && !name.ends_with('.')
        && host
            .split_once(':')
            .is_none_or(|(_, port)| port.parse::<u16>().is_ok())
}

fn finish(bad: FieldErrors, text: String) -> Result<String, FieldErrors> {
    if bad.0.is_empty() { Ok(text) } else { Err(bad) }
}

/// Returns whether a prefix is safe in numbers, URLs and file names.
fn is_prefix(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    (1..=10).contains(&text.len())
        && text.chars().all(|c| is_plain(c) || c == '-')
        && text.starts_with(is_plain)
        && text.ends_with(is_plain)
}

/// The server knows the time zones; the panel offers those of the browser.
#[cfg(feature = "server")]
fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}
#[cfg(not(feature = "server"))]
const fn is_zone(name: &str) -> bool {
    !name.is_empty()
}
