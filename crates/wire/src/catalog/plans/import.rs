//! What an import of many things says about each of them.

use crate::{Currency, Decimal, Money, PlanId, ProviderId};
use serde::{Deserialize, Serialize};

/// One row of a price list, as it was understood, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanImportRow {
    /// Its row in the spreadsheet, whose first row is the header; of a JSON array its place, from 1.
    pub row: i32,
    /// The provider's own key of the package.
    pub sku: Option<String>,
    /// The plan's name.
    pub name: Option<String>,
    /// What became of it, or would.
    pub outcome: ImportOutcome,
    /// The plan that it made or changed; absent in a dry run that would create it.
    pub plan_id: Option<PlanId>,
    /// What we pay.
    pub cost_price: Option<Money>,
    /// What the customer pays.
    pub selling_price: Option<Money>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// What is wrong with it, field by field.
    pub errors: Vec<crate::FieldError>,
}

text_enum! {
    /// What became of one row of an import.
    ImportOutcome: text { Created = "created", Updated = "updated", Unchanged = "unchanged", Refused = "refused" }
}

/// What an import did, or would do in a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImportReport<R> {
    /// True when nothing was written.
    pub dry_run: bool,
    /// Rows that made something new.
    pub created: i32,
    /// Rows that changed something.
    pub updated: i32,
    /// Rows that were known already, exactly so.
    pub unchanged: i32,
    /// Rows that were refused. With any of these, nothing is written.
    pub refused: i32,
    /// Every row.
    pub rows: Vec<R>,
}

filter! {
    /// How a price list is to be imported.
    PlanImportOptions {
        /// Whose list it is.
        provider_id: ProviderId,
        /// Only say what would happen.
        dry_run: bool,
        /// Markup in percent for rows without a selling price.
        markup: Decimal,
        /// Currency of rows that name none.
        currency: Currency,
        /// Whether new plans can be bought at once.
        publish: bool,
        /// Why rows may sell below cost or below the minimum margin; without a reason such rows are refused.
        reason: String,
    }
}

filter! {
    /// How a sheet of plans is to be taken back.
    PlanSheetOptions {
        /// Only say what would happen.
        dry_run: bool,
    }
}
