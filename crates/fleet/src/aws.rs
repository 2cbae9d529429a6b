//! The AWS SDK's configuration, made from a [`Config`].
//!
//! On AWS it is the default chain over TLS. When the configuration holds an `AWS_ENDPOINT_URL_<SERVICE>`, the fleet is
//! local: plain HTTP, credentials from the configuration, and nothing is read from the machine's own AWS set-up.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::Config;

/// What every endpoint variable's name begins with.
pub const ENDPOINT_PREFIX: &str = "AWS_ENDPOINT_URL_";

/// The region used when `AWS_REGION` is not set.
const DEFAULT_REGION: &str = "us-east-1";

/// The endpoint of a service, as `AWS_ENDPOINT_URL_<SERVICE>` gives it: `endpoint(config, "DYNAMODB")`.
pub fn endpoint(config: &Config, service: &str) -> Option<String> {
    config.get(&format!("{ENDPOINT_PREFIX}{service}")).map(str::to_owned)
}

/// The configuration every client of this function is made from.
pub async fn sdk_config(config: &Config) -> SdkConfig {
    let region = Region::new(config.get("AWS_REGION").unwrap_or(DEFAULT_REGION).to_owned());
    if config.iter().any(|(name, value)| name.starts_with(ENDPOINT_PREFIX) && !value.is_empty()) {
        local(config, region)
    } else {
        let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        aws_config::defaults(BehaviorVersion::latest()).region(region).http_client(https).load().await
    }
}

fn local(config: &Config, region: Region) -> SdkConfig {
    let key = config.get("AWS_ACCESS_KEY_ID").unwrap_or("local");
    let secret = config.get("AWS_SECRET_ACCESS_KEY").unwrap_or("local");
    let token = config.get("AWS_SESSION_TOKEN").map(str::to_owned);
    let credentials = Credentials::new(key, secret, token, None, "dataops configuration");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Builder::new().build_http())
        .build()
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
        let sdk = sdk_config(&config).await;
        assert_eq!(sdk.region().map(Region::as_ref), Some("eu-central-1"));
        assert_eq!(endpoint(&config, "LAMBDA").as_deref(), Some("http://127.0.0.1:9"));
        assert_eq!(endpoint(&config, "DYNAMODB"), None);
        let error = lambda_client(&config, &sdk).invoke().function_name("x").send().await;
        assert!(error.is_err(), "nothing listens there");
    }
}
