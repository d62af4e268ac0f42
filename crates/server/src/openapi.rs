//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them, added once.

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
    ("accounts/kyc", "Documents that prove who a customer is"),
    ("accounts/sessions", "Signing in"),
    (
        "accounts/api_clients",
        "Integrators' programs and their keys",
    ),
    ("esims/inventory", "The stock and what became of it"),
    ("catalog/plans", "What is sold"),
    ("catalog/pricing", "What it costs"),
    ("catalog/promotions", "Codes that make it cheaper"),
    ("catalog/redemptions", "Who uses them"),
    ("catalog/changes", "Many prices changed at once"),
    ("catalog/price_lists", "Providers' price lists, compared"),
    ("billing/orders", "From the sale to the delivery"),
    ("billing/transactions", "Payments"),
    ("billing/payments", "The sums of payments"),
    ("billing/refunds", "Money given back"),
    (
        "billing/claims",
        "What providers owe us for what was given back",
    ),
    ("billing/disputes", "What customers' banks take back"),
    ("billing/invoices", "What was paid for, on paper"),
    ("billing/credit_notes", "What was given back, on paper"),
    ("billing/reconciliation", "What does not add up"),
    ("billing/webhooks", "What payment gateways tell us"),
    ("integrations/providers", "Suppliers"),
    ("integrations/offers", "What suppliers offer for our plans"),
    ("integrations/allocations", "What was asked of suppliers"),
    ("messaging/notifications", "What was sent to whom"),
    ("insights/search", "Anything from one field"),
    ("system/settings", "How the system works"),
    ("system/audit", "The record of every act"),
    ("system/access", "Who saw personal data in plain"),
    ("system/keys", "What is sealed with which key"),
    ("system/views", "Lists as people like them"),
    ("system/health", "Whether we are alive"),
];

const ABOUT: &str = "Sell, provision and support eSIMs.\n\nSign in with `POST /v1/sessions` and press **Authorize** with the \
    `access_token`; an integrator's program presses it with its key `esk_...`, and reaches the customers that it has created. \
    Errors are RFC 9457 problem details with a stable `code`. Lists page by cursor: give `next` as `after`. \
    Edits send the `ETag` they are based on as `If-Match`. Requests that move money carry an `Idempotency-Key` and are safe to repeat. \
    `RateLimit-Policy` and `RateLimit` say how many requests of a kind a minute allows and how many are left; after that \
    the answer is 429 with `Retry-After`.";

/// The document of the whole API.
pub fn document() -> OpenApi {
    let mut document = base();
    // Collected from the same registrations that serve the requests.
    utoipa_actix_web::AppExt::into_utoipa_app(actix_web::App::new())
        .openapi(std::mem::take(&mut document))
        .configure(crate::app::api)
        .split_for_parts()
        .1
        .finished()
}

/// Before the routes: information, tags and security.
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

/// A document completed by what holds for every operation.
pub trait Finished {
    /** Adds ids and the errors that follow from an operation's shape. */
    fn finished(self) -> Self;
}

impl Finished for OpenApi {
    fn finished(mut self) -> Self {
        for (path, item) in &mut self.paths.paths {
            for (method, operation) in operations(item) {
                finish(path, &method, operation);
            }
        }
        self
    }
}

/// The operations of a path.
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

/// What one must be allowed to call an operation; nothing is everybody.
fn scopes(operation: &Operation) -> Option<Vec<String>> {
    let ways = operation.security.iter().flatten();
    ways.filter_map(|way| serde_json::to_value(way).ok())
        .find_map(|way| serde_json::from_value(way.get("bearer")?.clone()).ok())
}

/// Whether the table gives a permission to integrators.
fn opens(scope: &str) -> bool {
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
const SHOWN_ONCE: &[&str] = &["/v1/users/{id}/invitation-link"];

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
    if let (Some(scopes), Some(ways)) = (&scopes, &mut operation.security)
        && scopes.iter().all(|scope| opens(scope))
    {
        ways.push(SecurityRequirement::new("key", scopes));
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
        // Several values stand in one parameter, separated by commas.
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
