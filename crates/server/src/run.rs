//! Running: the server, the worker, or both in one process, until told to stop.

use crate::{accesses, app, keepers, openapi, panel::Panel, schedule, worker};
use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{Bytes, Data},
};
use platform::{
    Ctx, Error, Result,
    config::{Config, Environment},
    http, jobs, limits,
    ports::{Ports, files::Files, mailer::Smtp},
    telemetry,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
    task::JoinHandle,
};
use utoipa_actix_web::AppExt;

/// Everything that handlers and jobs need, from the environment.
pub fn ctx(config: Config) -> Result<Ctx> {
    telemetry::start(config.environment == Environment::Production);
    let ports = Ports {
        mailer: Smtp::of(&config.mail)?,
        payments: gateways::of(&config)?,
        suppliers: integrations::suppliers(config.provider_journal.as_deref())?,
        files: Files::of(&config.files)?,
    };
    Ctx::new(config, ports)
}

/// Serves until a signal comes: no new requests, those in flight are finished, then the jobs.
pub async fn serve(ctx: Ctx, with_worker: bool) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let jobs = with_worker.then(|| start_worker(&ctx, &stopped));
    let listen = ctx.config.listen.clone();
    let (server, address) = http(
        ctx,
        &listen,
        std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
    )?;
    let handle = server.handle();
    tokio::spawn(async move {
        if asked_to_stop().await.is_ok() {
            handle.stop(true).await;
        }
    });
    tracing::info!("listening on http://{address}");
    server.await.map_err(Error::internal)?;
    stop.send_replace(true);
    if let Some(jobs) = jobs {
        let _ = tokio::time::timeout(Duration::from_secs(20), jobs).await;
    }
    Ok(())
}

/// Works until a signal comes.
pub async fn work(ctx: Ctx) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let jobs = start_worker(&ctx, &stopped);
    tracing::info!("working");
    asked_to_stop().await?;
    stop.send_replace(true);
    jobs.await.map_err(Error::internal)
}

/// The HTTP server, bound and ready to be awaited, and the address that it got.
pub fn http(ctx: Ctx, listen: &str, workers: usize) -> Result<(Server, SocketAddr)> {
    let mut document = openapi::document();
    let panel = Data::new(Panel::load(ctx.config.panel_dir.as_deref(), &mut document)?);
    // Once for all workers, as `esim-admin openapi` prints it.
    let text = document.to_pretty_json().map_err(Error::internal)? + "\n";
    let (text, data) = (Bytes::from(text), Data::new(ctx));
    let keepers = Data::new(keepers::keepers());
    let watchers = Data::new(keepers::watchers());
    let noticed = Data::new(accesses::Noticed::default());
    let refused = |cause: std::io::Error| Error::internal(format!("LISTEN {listen}: {cause}"));
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(data.clone())
            .app_data(keepers.clone())
            .app_data(watchers.clone())
            .app_data(noticed.clone())
            .wrap(from_fn(accesses::note))
            .wrap(from_fn(limits::guard))
            .wrap(from_fn(http::secure))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(accesses::head_as_get))
            .into_utoipa_app()
            .openapi(openapi::base())
            .configure(app::api)
            .split_for_parts();
        let (panel, text) = (panel.clone(), text.clone());
        app.configure(move |config| app::pages(config, panel, text))
    })
    .workers(workers)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(15))
    .shutdown_timeout(25)
    .worker_max_blocking_threads(4)
    .disable_signals()
    .bind(listen)
    .map_err(refused)?;
    let address = server
        .addrs()
        .first()
        .copied()
        .ok_or_else(|| Error::internal("no address"))?;
    Ok((server.run(), address))
}

fn start_worker(ctx: &Ctx, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let wake = Arc::new(Notify::new());
    jobs::listen(
        ctx.config.database_url.to_string(),
        wake.clone(),
        stopped.clone(),
    );
    tokio::spawn(schedule::run(ctx.clone(), stopped.clone()));
    tokio::spawn(worker::worker().run(ctx.clone(), wake, stopped.clone()))
}

async fn asked_to_stop() -> Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt()).map_err(Error::internal)?,
        signal(SignalKind::terminate()).map_err(Error::internal)?,
    );
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    tracing::info!("stopping");
    Ok(())
}
