//! The AWS SDK's configuration, made from a [`Config`].
//!
//! Credentials are the settings that the platform gives each function, or those a person was found to have; nothing is read
//! from the machine's own AWS set-up. When the configuration holds an `AWS_ENDPOINT_URL_<SERVICE>`, the fleet is local and
//! speaks plain HTTP; else it is TLS.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::Config;

/// What every endpoint variable's name begins with.
pub const ENDPOINT_PREFIX: &str = "AWS_ENDPOINT_URL_";

/// The region used when `AWS_REGION` is not set.
const DEFAULT_REGION: &str = "us-east-1";

/// The endpoint of a service, as `AWS_ENDPOINT_URL_<SERVICE>` gives it: `endpoint(config, "DYNAMODB")`.
pub fn endpoint(config: &Config, service: &str) -> Option<String> {
    config.get(&format!("{ENDPOINT_PREFIX}{service}")).map(str::to_owned)
}

/// True when this configuration is for AWS as it is embedded locally.
pub fn is_local(config: &Config) -> bool {
    config.iter().any(|(name, value)| name.starts_with(ENDPOINT_PREFIX) && !value.is_empty())
}

/// The configuration every client of this function is made from.
pub fn sdk_config(config: &Config) -> SdkConfig {
    let region = Region::new(config.get("AWS_REGION").unwrap_or(DEFAULT_REGION).to_owned());
    let mut builder = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(region);
    builder.set_credentials_provider(config.credentials().cloned().or_else(|| given(config)));
    builder.http_client(if is_local(config) { Builder::new().build_http() } else { https() }).build()
}

/// A client for AWS itself.
pub fn https() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https()
}

/// The credentials that the settings hold.
fn given(config: &Config) -> Option<SharedCredentialsProvider> {
    let (key, secret) = config.get("AWS_ACCESS_KEY_ID").zip(config.get("AWS_SECRET_ACCESS_KEY"))?;
    let token = config.get("AWS_SESSION_TOKEN").map(str::to_owned);
    Some(SharedCredentialsProvider::new(Credentials::new(key, secret, token, None, "dataops configuration")))
}

/// A client that invokes functions, at `AWS_ENDPOINT_URL_LAMBDA` when that is set.
pub fn lambda_client(config: &Config, sdk: &SdkConfig) -> aws_sdk_lambda::Client {
    let mut builder = aws_sdk_lambda::config::Builder::from(sdk);
    builder.set_endpoint_url(endpoint(config, "LAMBDA"));
    aws_sdk_lambda::Client::from_conf(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn endpoints_come_from_the_configuration() {
        let pairs = [("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9"), ("AWS_REGION", "eu-central-1")];
        let map = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let config = Config::from_map(map);
        let sdk = sdk_config(&config);
        assert_eq!(sdk.region().map(Region::as_ref), Some("eu-central-1"));
        assert_eq!(endpoint(&config, "LAMBDA").as_deref(), Some("http://127.0.0.1:9"));
        assert_eq!(endpoint(&config, "DYNAMODB"), None);
        let error = lambda_client(&config, &sdk).invoke().function_name("x").send().await;
        assert!(error.is_err(), "nothing listens there");
    }
}
