//! All routes of the server.

use actix_web::{HttpResponse, http::header, middleware::DefaultHeaders, web};
use platform::health;
use utoipa_actix_web::{scope, service_config::ServiceConfig};
use utoipa_swagger_ui::SwaggerUi;

/// Registers the API. The HTTP server, the tests and the OpenAPI document use this function.
pub fn api(config: &mut ServiceConfig<'_>) {
    config
        .service(health::live)
        .service(health::ready)
        .service(health::metrics)
        .service(
            scope("/v1")
                .configure(accounts::mount)
                .configure(esims::mount)
                .configure(catalog::mount)
                .configure(billing::mount)
                .configure(integrations::mount)
                .configure(messaging::mount)
                .configure(support::mount)
                .configure(insights::mount)
                .configure(system::mount),
        );
}

/// The content security policy of Swagger UI, which loads its own files and calls the API.
const DOCS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Registers the OpenAPI document, Swagger UI and the panel.
pub fn pages(
    config: &mut web::ServiceConfig,
    panel: web::Data<crate::panel::Panel>,
    document: web::Bytes,
) {
    let serve = move || {
        let body = document.clone();
        async {
            HttpResponse::Ok()
                .content_type("application/json")
                .body(body)
        }
    };
    config
        .route("/openapi.json", web::get().to(serve))
        .service(web::redirect("/docs", "/docs/"))
        .service(
            web::scope("/docs")
                .wrap(DefaultHeaders::new().add((header::CONTENT_SECURITY_POLICY, DOCS)))
                .service(
                    SwaggerUi::new("/{_:.*}")
                        .config(utoipa_swagger_ui::Config::from("/openapi.json")),
                ),
        )
        .configure(esims::pages::mount)
        .app_data(panel)
        .default_service(web::to(crate::panel::serve));
}
