//! The store of files outside the database: a folder, or a bucket of a store with the S3 API. The callers seal files before
//! they store them, so neither the store nor its backups contain readable data.
//!
//! An unavailable store gives 503, like an unavailable database. Every request to the store has a time-out of seconds.

use crate::{
    config::{Bucket, Files as FileStore},
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{
    ClientOptions, Error as StoreError, ObjectStore, ObjectStoreExt, RetryConfig,
    aws::AmazonS3Builder, local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use std::{
    fs::DirBuilder, future::IntoFuture, os::unix::fs::DirBuilderExt, sync::Arc, time::Duration,
};
use wire::ProblemCode;

/// The time-out of one operation, including retries.
const TIMEOUT: Duration = Duration::from_secs(8);
/// How long the store may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The number of retries after a temporary error.
const MAX_RETRIES: usize = 2;

/// The store.
#[derive(Clone)]
pub struct Files(Arc<dyn ObjectStore>);

/// A stored file.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredFile {
    /// The key.
    pub key: String,
    /// The time of the last change.
    pub at: DateTime<Utc>,
}

impl Files {
    /// Opens the store of the configuration. A missing folder is created, readable only by this user.
    pub fn from_config(store: &FileStore) -> Result<Self> {
        match store {
            FileStore::Folder(folder) => folder_store(folder),
            FileStore::Bucket(bucket) => bucket_store(bucket),
        }
    }

    /// Stores a file under a new key. The file is durable when this returns.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let key = path(key)?;
        with_timeout("put", self.0.put(&key, bytes.into()))
            .await
            .map(drop)
    }

    /// Returns a file; `None` when it does not exist.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let key = path(key)?;
        let request = async {
            match self.0.get(&key).await {
                Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
                Err(StoreError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        with_timeout("get", request).await
    }

    /// Deletes a file. A missing file is no error.
    pub async fn delete(&self, key: &str) -> Result<()> {
        let key = path(key)?;
        let request = async {
            match self.0.delete(&key).await {
                Ok(()) | Err(StoreError::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        };
        with_timeout("delete", request).await
    }

    /// Returns a stream of the files in a folder.
    pub fn list(&self, folder: &str) -> BoxStream<'static, Result<StoredFile>> {
        let listed = self.0.list(Some(&Path::from(folder)));
        let files = listed.map(|meta| match meta {
            Ok(meta) => Ok(StoredFile {
                key: meta.location.to_string(),
                at: meta.last_modified,
            }),
            Err(error) => Err(unavailable("list", kind(&error))),
        });
        files.boxed()
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
        max_retries: MAX_RETRIES,
        retry_timeout: TIMEOUT,
        ..RetryConfig::default()
    };
    let client = ClientOptions::new()
        .with_timeout(TIMEOUT)
        .with_connect_timeout(CONNECT_TIMEOUT)
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
        .map_err(|_| Error::internal("FILES_S3_*: the address of the store is not valid"))?;
    Ok(Files(Arc::new(PrefixStore::new(
        store,
        bucket.prefix.as_str(),
    ))))
}

fn path(key: &str) -> Result<Path> {
    Path::parse(key).map_err(|_| Error::internal("the key of a file is not valid"))
}

async fn with_timeout<T>(
    operation: &'static str,
    request: impl IntoFuture<Output = Result<T, StoreError>>,
) -> Result<T> {
    match tokio::time::timeout(TIMEOUT, request.into_future()).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(unavailable(operation, kind(&error))),
        Err(_) => Err(unavailable(operation, "no answer in time")),
    }
}

/// Returns the error of an unavailable store. The text of the cause has the key and the address, so only its kind is logged.
fn unavailable(operation: &'static str, why: &'static str) -> Error {
    tracing::warn!(
        operation,
        why,
        "the file store failed to {operation}: {why}"
    );
    Error::with_detail(
        ProblemCode::Unavailable,
        "The document store is unavailable. Nothing was changed; try again in a moment.",
    )
}

const fn kind(error: &StoreError) -> &'static str {
    match error {
        StoreError::NotFound { .. } => "not found",
        StoreError::PermissionDenied { .. } => "permission denied",
        StoreError::Unauthenticated { .. } => "the access key was refused",
        StoreError::AlreadyExists { .. } => "it exists already",
        StoreError::InvalidPath { .. } => "the key cannot be used",
        _ => "it failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    #[tokio::test]
    async fn stored_file_is_readable_until_deleted() -> Result<()> {
        let folder =
            std::env::temp_dir().join(format!("esim-admin-files-{}", uuid::Uuid::now_v7()));
        let files = Files::from_config(&FileStore::Folder(folder.display().to_string()))?;

        files.put("kyc/a/1", vec![1, 2]).await?;
        files.put("kyc/b/2", Vec::new()).await?;
        let listed: Vec<StoredFile> = files.list("kyc").try_collect().await?;

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
    async fn unreachable_store_gives_unavailable() -> Result<()> {
        let files = Files::from_config(&FileStore::Bucket(Bucket {
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
