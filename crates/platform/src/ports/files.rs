//! Files beside the database: a folder, or a bucket of any store that speaks S3. Whoever gives a file here has sealed
//! it before, so neither the store nor its backups hold anything readable.
//!
//! A store that is away is a refusal that can be tried again, like a database that is away. Every request ends
//! within seconds, whatever the store does.

use crate::{
    config::{Bucket, Files as Place},
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{
    ClientOptions, Error as Fault, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder,
    local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use std::{
    fs::DirBuilder, future::IntoFuture, os::unix::fs::DirBuilderExt, sync::Arc, time::Duration,
};
use wire::ProblemCode;

/// How long one act may take, repeats included.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long the store may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// Repeats after a hiccup.
const REPEATS: usize = 2;

/// The store.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

/// A file that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its key.
    pub key: String,
    /// Since when.
    pub at: DateTime<Utc>,
}

impl Files {
    /// The store of the configuration. A folder is made if it is not there, for nobody else to read.
    pub fn of(place: &Place) -> Result<Self> {
        match place {
            Place::Folder(folder) => folder_store(folder),
            Place::Bucket(bucket) => bucket_store(bucket),
        }
    }

    /// Keeps a file under a key that names nothing yet. Once this returns, it survives a crash.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let key = path(key)?;
        within("put", self.0.put(&key, bytes.into()))
            .await
            .map(drop)
    }

    /// Brings a file; nothing when there is none.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let key = path(key)?;
        let asked = async {
            match self.0.get(&key).await {
                Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
                Err(Fault::NotFound { .. }) => Ok(None),
                Err(fault) => Err(fault),
            }
        };
        within("get", asked).await
    }

    /// Removes a file. That there is none is as good.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let key = path(key)?;
        let asked = async {
            match self.0.delete(&key).await {
                Ok(()) | Err(Fault::NotFound { .. }) => Ok(()),
                Err(fault) => Err(fault),
            }
        };
        within("delete", asked).await
    }

    /// Every file in a folder, one after the other.
    pub fn list(&self, folder: &str) -> BoxStream<'static, Result<Kept>> {
        let listed = self.0.list(Some(&Path::from(folder)));
        let kept = listed.map(|meta| match meta {
            Ok(meta) => Ok(Kept {
                key: meta.location.to_string(),
                at: meta.last_modified,
            }),
            Err(fault) => Err(away("list", &fault)),
        });
        kept.boxed()
    }
}

fn folder_store(folder: &str) -> Result<Files> {
    let unusable =
        |cause: &dyn std::fmt::Display| Error::internal(format!("FILES_DIR {folder}: {cause}"));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|cause| unusable(&cause))?;
    let store = LocalFileSystem::new_with_prefix(folder).map_err(|cause| unusable(&cause))?;
    Ok(Files(Arc::new(store.with_fsync(true))))
}

fn bucket_store(bucket: &Bucket) -> Result<Files> {
    let retry = RetryConfig {
        max_retries: REPEATS,
        retry_timeout: PATIENCE,
        ..RetryConfig::default()
    };
    let client = ClientOptions::new()
        .with_timeout(PATIENCE)
        .with_connect_timeout(CONNECT)
        .with_allow_http(true);
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(bucket.access_key_id.as_str())
        .with_secret_access_key(bucket.secret_access_key.as_str())
        .with_virtual_hosted_style_request(false)
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = builder
        .build()
        .map_err(|_| Error::internal("FILES_S3_*: the store cannot be addressed like this"))?;
    Ok(Files(Arc::new(PrefixStore::new(
        store,
        bucket.prefix.as_str(),
    ))))
}

fn path(key: &str) -> Result<Path> {
    Path::parse(key).map_err(|_| Error::internal("a file's key cannot be used as one"))
}

async fn within<T>(
    act: &'static str,
    asked: impl IntoFuture<Output = Result<T, Fault>>,
) -> Result<T> {
    match tokio::time::timeout(PATIENCE, asked.into_future()).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(fault)) => Err(away(act, &fault)),
        Err(_) => Err(unavailable(act, "no answer in time")),
    }
}

fn away(act: &'static str, fault: &Fault) -> Error {
    unavailable(act, kind(fault))
}

/// The text of a fault names the key and the address, so only its kind goes into the log.
fn unavailable(act: &'static str, why: &'static str) -> Error {
    tracing::warn!(act, why, "the store of files failed to {act}: {why}");
    Error::because(
        ProblemCode::Unavailable,
        "The store of documents cannot be reached. Nothing was changed; try again in a moment.",
    )
}

const fn kind(fault: &Fault) -> &'static str {
    match fault {
        Fault::NotFound { .. } => "not found",
        Fault::PermissionDenied { .. } => "permission denied",
        Fault::Unauthenticated { .. } => "the access key was refused",
        Fault::AlreadyExists { .. } => "it exists already",
        Fault::InvalidPath { .. } => "the key cannot be used",
        _ => "it failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    #[tokio::test]
    async fn what_is_put_is_there_until_it_is_deleted() -> Result<()> {
        let folder =
            std::env::temp_dir().join(format!("esim-admin-files-{}", uuid::Uuid::now_v7()));
        let files = Files::of(&Place::Folder(folder.display().to_string()))?;

        files.put("kyc/a/1", vec![1, 2]).await?;
        files.put("kyc/b/2", Vec::new()).await?;
        let listed: Vec<Kept> = files.list("kyc").try_collect().await?;

        assert_eq!(files.get("kyc/a/1").await?, Some(vec![1, 2]));
        assert_eq!(files.get("kyc/a/2").await?, None);
        assert_eq!(listed.len(), 2);
        for key in ["kyc/a/1", "kyc/a/1", "kyc/b/2"] {
            files.delete(key).await?;
        }
        assert_eq!(files.get("kyc/a/1").await?, None);
        assert_eq!(files.list("kyc").count().await, 0);
        std::fs::remove_dir_all(folder).map_err(Error::internal)
    }

    #[tokio::test]
    async fn a_store_that_is_away_is_worth_another_try() -> Result<()> {
        let files = Files::of(&Place::Bucket(Bucket {
            name: "documents".into(),
            prefix: String::new(),
            endpoint: Some("http://127.0.0.1:9".into()),
            region: "us-east-1".into(),
            access_key_id: "a".to_owned().into(),
            secret_access_key: "s".to_owned().into(),
        }))?;
        let refused = files.put("kyc/a/1", vec![1]).await.err();
        assert_eq!(
            refused.and_then(|error| error.code()),
            Some(ProblemCode::Unavailable)
        );
        Ok(())
    }
}
