//! Running: the server, the worker, or both in one process, until told to stop.

use crate::{accesses, app, keepers, openapi, panel::Panel, schedule, worker};
use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::from_fn,
    rt::net::TcpStream,
    web::{Bytes, Data, to},
};
use platform::{
    Ctx, Error, Result,
    auth::authorize_first,
    body,
    config::{Config, Environment},
    health, http, jobs, limits,
    ports::{Ports, files::Files, mailer::Smtp},
    telemetry,
};
use socket2::SockRef;
use std::{any::Any, net::SocketAddr, sync::Arc, time::Duration};
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

/// Runs jobs until a signal arrives, and serves health checks and metrics at `WORKER_LISTEN`.
pub async fn work(ctx: Ctx) -> Result<()> {
    let (server, address) = observation(ctx.clone())?;
    let handle = server.handle();
    let (stop, stopped) = watch::channel(false);
    let jobs = start_worker(&ctx, &stopped);
    tracing::info!("working; health and metrics at http://{address}");
    let working = async {
        asked_to_stop().await?;
        stop.send_replace(true);
        jobs.await.map_err(Error::internal)?;
        handle.stop(true).await;
        Ok(())
    };
    let (served, worked) = tokio::join!(server, working);
    served.map_err(Error::internal)?;
    worked
}

/// Starts the HTTP server of a worker process: health checks and metrics.
pub fn observation(ctx: Ctx) -> Result<(Server, SocketAddr)> {
    let listen = ctx.config.worker_listen.clone();
    let data = Data::new(ctx);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .wrap(from_fn(http::secure))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(body::hold))
            .service(health::live)
            .service(health::ready)
            .service(health::metrics)
            .default_service(to(http::not_found))
    })
    .workers(1)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .disable_signals()
    .bind(&listen)
    .map_err(|cause| refused("WORKER_LISTEN", &listen, &cause))?;
    let address = first(&server.addrs())?;
    Ok((server.run(), address))
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
    let stalled = data.config.timeouts.response;
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(data.clone())
            .app_data(keepers.clone())
            .app_data(watchers.clone())
            .app_data(noticed.clone())
            .wrap(from_fn(authorize_first))
            .wrap(from_fn(accesses::note))
            .wrap(from_fn(limits::guard))
            .wrap(from_fn(http::secure))
            .wrap(from_fn(http::trace))
            .wrap(from_fn(accesses::head_as_get))
            .wrap(from_fn(body::hold))
            .into_utoipa_app()
            .openapi(openapi::base())
            .configure(app::api)
            .split_for_parts();
        let (panel, text) = (panel.clone(), text.clone());
        app.configure(move |config| app::pages(config, panel, text))
    })
    .workers(workers)
    .on_connect(move |io, _| end_when_stalled(io, stalled))
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(15))
    .shutdown_timeout(25)
    .worker_max_blocking_threads(4)
    .disable_signals()
    .bind(listen)
    .map_err(|cause| refused("LISTEN", listen, &cause))?;
    let address = first(&server.addrs())?;
    Ok((server.run(), address))
}

fn refused(variable: &str, listen: &str, cause: &std::io::Error) -> Error {
    Error::internal(format!("{variable} {listen}: {cause}"))
}

fn first(addresses: &[SocketAddr]) -> Result<SocketAddr> {
    let first = addresses.first().copied();
    first.ok_or_else(|| Error::internal("no address"))
}

/// Makes the system close a connection whose client accepts no data for this time: an answer that is not accepted would
/// hold its memory without end.
fn end_when_stalled(io: &dyn Any, after: Duration) {
    if let Some(stream) = io.downcast_ref::<TcpStream>()
        && let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(after))
    {
        tracing::warn!("a connection has no time-out for its answers: {error}");
    }
}

fn start_worker(ctx: &Ctx, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
    let wake = Arc::new(Notify::new());
    jobs::listen(ctx.clone(), wake.clone(), stopped.clone());
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
