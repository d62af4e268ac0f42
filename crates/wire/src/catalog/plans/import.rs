//! Reports of imports.

use crate::{Currency, Decimal, Money, PlanId, ProviderId};
use serde::{Deserialize, Serialize};

/// A row of an imported price list and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanImportRow {
    /// Number of the row in the spreadsheet, whose first row is the header; in a JSON array the position, from 1.
    pub row: i32,
    /// The provider's SKU of the package.
    pub sku: Option<String>,
    /// Name of the plan.
    pub name: Option<String>,
    /// Result of the row, or the expected result in a dry run.
    pub outcome: ImportOutcome,
    /// The created or changed plan; absent in a dry run that would create it.
    pub plan_id: Option<PlanId>,
    /// Cost.
    pub cost_price: Option<Money>,
    /// Price for the customer.
    pub selling_price: Option<Money>,
    /// Currency of both amounts.
    pub currency: Option<Currency>,
    /// Errors of the row, by field.
    pub errors: Vec<crate::FieldError>,
}

text_enum! {
    /// The result of a row of an import.
    ImportOutcome: text { Created = "created", Updated = "updated", Unchanged = "unchanged", Refused = "refused" }
}

/// The result of an import, or the expected result in a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportReport<R> {
    /// True for a dry run, which writes nothing.
    pub dry_run: bool,
    /// Number of rows that created a record.
    pub created: i32,
    /// Number of rows that changed a record.
    pub updated: i32,
    /// Number of rows that matched an existing record exactly.
    pub unchanged: i32,
    /// Number of invalid rows. If there is one, nothing is written.
    pub refused: i32,
    /// The results of all rows.
    pub rows: Vec<R>,
}

filter! {
    /// Options of the import of a price list.
    PlanImportOptions {
        /// The provider of the price list.
        provider_id: ProviderId,
        /// Only report the expected result.
        dry_run: bool,
        /// Markup in percent for rows without a selling price.
        markup: Decimal,
        /// Currency of rows that state none.
        currency: Currency,
        /// Whether new plans are on sale immediately.
        publish: bool,
        /// Why rows may sell below cost or below the minimum margin; without a reason such rows are invalid.
        reason: String,
    }
}

filter! {
    /// Options of the import of a plan spreadsheet.
    PlanSpreadsheetOptions {
        /// Only report the expected result.
        dry_run: bool,
    }
}
