//! The OpenAPI document: the descriptions of the handlers, completed by the errors and headers that all operations share.

use platform::limits;
use utoipa::openapi::{
    ContactBuilder, Content, HeaderBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    Ref, RefOr, ResponseBuilder, ServerBuilder,
    path::{HttpMethod, Operation, Parameter, ParameterIn, PathItem},
    schema::{ComponentsBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type},
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use wire::{FieldError, Param, Permission, Problem, ProblemCode, Reach};

const TAGS: &[(&str, &str)] = &[
    ("accounts/users", "Customers and staff"),
    (
        "accounts/kyc",
        "Identity documents of customers and their review",
    ),
    (
        "accounts/sessions",
        "Signing in, sessions, passwords and two-factor authentication",
    ),
    (
        "accounts/api_clients",
        "API clients of integrators and their keys",
    ),
    (
        "esims/inventory",
        "eSIMs in stock and delivered, with usage and status history",
    ),
    ("esims/active", "eSIMs in use, with their current bundle"),
    (
        "esims/operations",
        "Suspend, resume, cancel and refresh eSIMs, one or many",
    ),
    ("esims/diagnosis", "Why an eSIM has no data"),
    (
        "esims/usage",
        "Readings of usage counters, and the Data Usage Monitor",
    ),
    (
        "esims/sharing",
        "Share links with an access code that show the QR code of an eSIM",
    ),
    (
        "esims/stock",
        "Stock by plan and provider, and its thresholds",
    ),
    (
        "integrations/runs",
        "Requested calls to providers, with their progress and outcome",
    ),
    (
        "integrations/twilio",
        "Accounts for Super SIM at Twilio or KORE, one of them active",
    ),
    (
        "integrations/provider_webhooks",
        "Webhooks of providers: received, listed and replayed",
    ),
    ("catalog/plans", "Plans for sale"),
    ("catalog/pricing", "Prices of plans and quotes"),
    ("catalog/promotions", "Promotion codes"),
    ("catalog/redemptions", "Uses of promotion codes by orders"),
    ("catalog/changes", "Bulk price changes"),
    (
        "catalog/price_lists",
        "Price lists of providers, compared with the catalog and published",
    ),
    ("billing/orders", "Orders, from placement to delivery"),
    ("billing/transactions", "Payments"),
    ("billing/payments", "Totals of payments"),
    ("billing/refunds", "Refunds and their approval"),
    (
        "billing/supplier_claims",
        "Claims on providers for the cost of refunded eSIMs",
    ),
    (
        "billing/disputes",
        "Payments that a customer's bank disputes",
    ),
    ("billing/invoices", "Invoices"),
    ("billing/credit_notes", "Credit notes for refunds"),
    (
        "billing/reconciliation",
        "Cases in which orders, payments, refunds and eSIMs do not match",
    ),
    ("billing/webhooks", "Webhooks of payment gateways"),
    ("integrations/providers", "Providers of eSIMs"),
    ("integrations/offers", "Offers of providers for plans"),
    (
        "integrations/provisioning",
        "Provisioning of ordered eSIMs and requests to providers",
    ),
    (
        "integrations/allocations",
        "Data that providers have allocated to eSIMs",
    ),
    (
        "messaging/notifications",
        "Emails and other messages to users",
    ),
    (
        "messaging/inbox",
        "Notifications of the caller in the panel",
    ),
    ("support/tickets", "Support tickets"),
    (
        "support/messages",
        "Messages of tickets, attached files, merging and splitting",
    ),
    (
        "support/sla",
        "Service levels: targets, business hours and holidays",
    ),
    ("support/rules", "Rules for new tickets"),
    ("support/macros", "Prepared replies with actions"),
    ("support/inbound", "Emails to support"),
    ("support/articles", "Articles of the knowledge base"),
    (
        "support/article_searches",
        "Searches in the help centre that found no article",
    ),
    (
        "support/help",
        "The help centre: published articles, without a sign-in",
    ),
    (
        "insights/analytics",
        "Analytics events, their daily counts, and funnels",
    ),
    (
        "insights/dashboard",
        "The figures of a range of days beside those of an earlier range",
    ),
    (
        "insights/reports",
        "Financial reports by day, week, month and year",
    ),
    (
        "insights/report_entries",
        "The facts that financial reports count",
    ),
    ("insights/report_locks", "Locks of past days"),
    (
        "insights/rates",
        "Exchange rates for reports in the base currency",
    ),
    (
        "insights/search",
        "Search across users, eSIMs, orders and other records",
    ),
    ("system/settings", "Settings of the system"),
    ("system/audit", "The audit log and its verification"),
    ("system/access", "The log of access to personal data"),
    ("system/keys", "Encryption keys and their use"),
    ("system/views", "Saved views of lists"),
    ("system/health", "Liveness and readiness of the server"),
];

const ABOUT: &str = "Sell, provision and support eSIMs.\n\nSign in with `POST /v1/sessions`, press **Authorize** and enter the \
    `access_token`. An integrator's program enters its API key `esk_...` instead, and can access only the customers that it has created. \
    Errors are RFC 9457 problem details with a stable `code`. Lists are paged by cursor: send `next` of a page as `after` to read the next page. \
    Edits send the `ETag` of the version that they change as `If-Match`. Requests that move money need an `Idempotency-Key` and are safe to repeat. \
    The headers `RateLimit-Policy` and `RateLimit` state how many requests per minute are allowed and how many are left; above the limit \
    the API answers 429 with `Retry-After`.";

/// Returns the document of the whole API.
pub fn document() -> OpenApi {
    let mut document = base();
    // Collect the operations from the registrations that serve the requests.
    utoipa_actix_web::AppExt::into_utoipa_app(actix_web::App::new())
        .openapi(std::mem::take(&mut document))
        .configure(crate::app::api)
        .split_for_parts()
        .1
        .finished()
}

/// Returns the document without operations: information, tags and security.
pub fn base() -> OpenApi {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of `POST /v1/sessions`."))
        .build();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("esk_live_... or esk_test_...")
        .description(Some(
            "The key of an integrator's program, from `POST /v1/api-clients`. A test key works like a live one, but \
             places orders only where payments and providers are simulated.",
        ))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(token))
        .security_scheme("key", SecurityScheme::Http(key))
        .schema(Problem::name(), Problem::schema())
        .schema(FieldError::name(), FieldError::schema())
        .schema(ProblemCode::name(), ProblemCode::schema())
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("eSIM Admin")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .contact(Some(ContactBuilder::new().name(Some("eSIM Admin")).build()))
                .license(Some(LicenseBuilder::new().name("Proprietary").build()))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(TAGS.iter().map(|(name, about)| {
            TagBuilder::new()
                .name(*name)
                .description(Some(*about))
                .build()
        })))
        .components(Some(components))
        .build()
}

/// Completes a document by the parts that all operations share.
pub trait Finished {
    /// Adds operation ids, and the errors that follow from the parameters of an operation.
    fn finished(self) -> Self;
}

impl Finished for OpenApi {
    fn finished(mut self) -> Self {
        for (path, item) in &mut self.paths.paths {
            for (method, operation) in operations(item) {
                finish(path, &method, operation);
            }
        }
        rename_generic_schemas(&mut self);
        self
    }
}

/// Renames the schemas of generic types and the references to them: utoipa names `Page<Order>` `Page_Order`, which
/// client generators turn into awkward type names.
fn rename_generic_schemas(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        let schemas = std::mem::take(&mut components.schemas).into_iter();
        components.schemas = schemas
            .map(|(name, schema)| (schema_name(&name), schema))
            .collect();
    }
    for item in document.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                body.content.values_mut().for_each(rename_reference);
            }
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.content.values_mut().for_each(rename_reference);
                }
            }
        }
    }
}

/// Points the reference of a body to the renamed schema.
fn rename_reference(content: &mut RefOr<Content>) {
    if let RefOr::T(content) = content
        && let Some(RefOr::Ref(reference)) = &mut content.schema
        && let Some(name) = reference.ref_location.strip_prefix("#/components/schemas/")
    {
        reference.ref_location = Ref::from_schema_name(schema_name(name)).ref_location;
    }
}

/// Returns the public name of a schema: `OrderPage` for `Page_Order`.
fn schema_name(generated: &str) -> String {
    match generated.split_once('_') {
        Some(("Page", item)) => format!("{item}Page"),
        Some(("BulkRequest", action)) => format!("{action}Request"),
        Some(("ImportReport", row)) => format!("{}Report", row.trim_end_matches("Row")),
        _ => generated.to_owned(),
    }
}

/// Returns the operations of a path.
pub fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Delete, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
    .collect()
}

/// Returns the permissions that an operation needs; `None` for a public operation.
fn scopes(operation: &Operation) -> Option<Vec<String>> {
    let requirements = operation.security.iter().flatten();
    requirements
        .filter_map(|requirement| serde_json::to_value(requirement).ok())
        .find_map(|requirement| serde_json::from_value(requirement.get("bearer")?.clone()).ok())
}

/// Returns whether API clients can have a permission.
fn is_client_scope(scope: &str) -> bool {
    let permission: Result<Permission, _> = Param::parse(scope);
    permission.is_ok_and(|permission| permission.reach_of_clients() != Reach::None)
}

/// Declares files as binary: utoipa declares bytes as an array of numbers.
fn declare_files_binary(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        let contents = body.content.iter_mut();
        contents.for_each(|(kind, content)| declare_binary(kind, content));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            let contents = response.content.iter_mut();
            contents.for_each(|(kind, content)| declare_binary(kind, content));
        }
    }
}

/// Operations that answer 201 with a secret that is shown once. It has no URL and no revision.
const SHOWN_ONCE: &[&str] = &["/v1/users/{id}/invitation-link", "/v1/esims/{id}/share"];

/// Declares the headers of 201 answers.
fn declare_created_headers(path: &str, operation: &mut Operation) {
    if SHOWN_ONCE.contains(&path) {
        return;
    }
    if let Some(RefOr::T(created)) = operation.responses.responses.get_mut("201") {
        for (name, about) in [
            ("Location", "The URL of the new resource."),
            (
                "ETag",
                "The revision of the new resource; an edit sends it as If-Match.",
            ),
        ] {
            let header = HeaderBuilder::new().description(Some(about)).build();
            created.headers.insert(name.to_owned(), RefOr::T(header));
        }
    }
}

fn declare_binary(kind: &str, content: &mut RefOr<Content>) {
    if kind.starts_with("image/") || kind == "application/pdf" {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .build();
        *content = RefOr::T(Content::new(Some(Schema::from(file))));
    }
}

fn finish(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let resource = operation
        .tags
        .as_ref()
        .and_then(|tags| tags.first())
        .and_then(|tag| tag.split('/').nth(1))
        .unwrap_or("api")
        .to_owned();
    operation.operation_id = operation
        .operation_id
        .take()
        .map(|name| format!("{resource}_{name}"));
    let scopes = scopes(operation);
    let needs_token = scopes.is_some();
    if let (Some(scopes), Some(requirements)) = (&scopes, &mut operation.security)
        && scopes.iter().all(|scope| is_client_scope(scope))
    {
        requirements.push(SecurityRequirement::new("key", scopes));
    }
    let mut parameters: Vec<&mut Parameter> = operation
        .parameters
        .iter_mut()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
        .collect();
    for parameter in parameters
        .iter_mut()
        .filter(|parameter| parameter.parameter_in == ParameterIn::Query)
    {
        // A parameter holds several values, separated by commas.
        if matches!(&parameter.schema, Some(RefOr::T(Schema::Array(_)))) {
            parameter.explode = Some(false);
            parameter.style = Some(utoipa::openapi::path::ParameterStyle::Form);
        }
    }
    let has = |name: &str| {
        parameters
            .iter()
            .any(|parameter| parameter.name.eq_ignore_ascii_case(name))
    };
    let body = operation.request_body.is_some();
    let mut codes = vec![ProblemCode::Internal, ProblemCode::Unavailable];
    if limits::applies_to(path) {
        codes.push(ProblemCode::TooManyRequests);
    }
    if needs_token {
        codes.extend([ProblemCode::Unauthenticated, ProblemCode::Forbidden]);
    }
    if path.contains('{') {
        codes.push(ProblemCode::NotFound);
    }
    if body {
        codes.extend([
            ProblemCode::Malformed,
            ProblemCode::RequestTimeout,
            ProblemCode::TooLarge,
            ProblemCode::UnsupportedMediaType,
            ProblemCode::Invalid,
        ]);
    }
    if parameters
        .iter()
        .any(|parameter| parameter.parameter_in == ParameterIn::Query)
    {
        codes.push(ProblemCode::Invalid);
    }
    if *method != HttpMethod::Get {
        codes.push(ProblemCode::Conflict);
    }
    if has("If-Match") {
        codes.extend([ProblemCode::Stale, ProblemCode::PreconditionRequired]);
    }
    if has("Idempotency-Key") {
        codes.extend([ProblemCode::IdempotencyKeyMissing, ProblemCode::Invalid]);
    }
    declare_files_binary(operation);
    if needs_token {
        declare_created_headers(path, operation);
    }
    let problem = || Content::new(Some(Ref::from_schema_name("Problem")));
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            response
                .content
                .insert("application/problem+json".to_owned(), RefOr::T(problem()));
        }
    }
    for code in codes {
        let response = ResponseBuilder::new()
            .description(code.title())
            .content("application/problem+json", problem())
            .build();
        operation
            .responses
            .responses
            .entry(code.status().to_string())
            .or_insert(RefOr::T(response));
    }
}
