//! Redemptions of promotions over HTTP.

use super::super::query;
use wire::catalog::promotions::Redemption;

use actix_web::get;
use platform::listing;

listing!(Redemption, "/promotion-redemptions", export "/promotion-redemptions/export", tag "catalog/redemptions", needs PromotionsRead = "promotions:read", from query::redemptions);
