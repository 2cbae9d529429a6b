//! Who a person is on AWS.

use aws_config::{BehaviorVersion, Region};
use dataops_fleet::{Config, aws};

/// The configuration with the credentials that AWS's own tools would find: the environment, a profile, a role. A local fleet's
/// stays as it is.
pub(crate) async fn found(config: Config) -> Config {
    if aws::is_local(&config) {
        return config;
    }
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(aws::https());
    if let Some(region) = config.get("AWS_REGION") {
        loader = loader.region(Region::new(region.to_owned()));
    }
    let credentials = loader.load().await.credentials_provider();
    config.with_credentials(credentials)
}
