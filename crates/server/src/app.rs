//! Every route, in the order of the map.

use actix_web::web;
use platform::health;
use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// The API. The same function serves HTTP, tests and the OpenAPI document.
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
                .configure(system::mount),
        );
}

/// What is not the API: the document, Swagger UI and the panel.
pub fn pages(
    config: &mut web::ServiceConfig,
    panel: web::Data<crate::panel::Panel>,
    document: utoipa::openapi::OpenApi,
) {
    config
        .service(utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", document))
        .service(web::redirect("/docs", "/docs/"))
        .app_data(panel)
        .default_service(web::to(crate::panel::serve));
}
