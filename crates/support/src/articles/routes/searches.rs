//! The report of searches without a result over HTTP.

use super::super::query;
use actix_web::get;
use platform::listing;
use wire::support::articles::ArticleSearch;

listing!(ArticleSearch, "/article-searches", export "/article-searches/export", tag "support/article_searches", needs ArticlesRead = "articles:read", from query::searches_page);
