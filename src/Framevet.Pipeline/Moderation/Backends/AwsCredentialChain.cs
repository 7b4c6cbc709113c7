using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>Gives the keys for the next request; temporary ones are renewed behind it.</summary>
/// <exception cref="VettingException">BackendUnavailable when there are none.</exception>
public delegate Task<AwsKeys> AwsCredentialSource(CancellationToken ct);

/// <summary>The usual chain of AWS: environment, web identity, shared profile, container, instance. Of the SDK only its core is used. Thread-safe.</summary>
internal sealed class AwsCredentialChain(string region)
{
    private readonly Lazy<AWSCredentials> _credentials = new(() => new DefaultAWSCredentialsIdentityResolver().ResolveIdentity(new ChainConfig(region)));

    /// <summary>See <see cref="AwsCredentialSource"/>.</summary>
    public async Task<AwsKeys> GetAsync(CancellationToken ct)
    {
        try
        {
            var keys = await _credentials.Value.GetCredentialsAsync().WaitAsync(ct).ConfigureAwait(false);
            return new AwsKeys(keys.AccessKey, keys.SecretKey, keys.UseToken ? keys.Token : null);
        }
        catch (Exception trouble) when (trouble is AmazonClientException or InvalidOperationException)
        {
            throw new VettingException(FailureCode.BackendUnavailable, "There are no usable AWS credentials.", trouble.Message, trouble);
        }
    }

    // What the resolver asks a service client's configuration for.
    private sealed class ChainConfig : ClientConfig
    {
        public ChainConfig(string region)
            : base(new DefaultConfigurationProvider(
            [
                new DefaultConfiguration
                {
                    Name = DefaultConfigurationMode.Standard,
                    RetryMode = RequestRetryMode.Standard,
                    ConnectTimeout = TimeSpan.FromSeconds(5),
                    TimeToFirstByteTimeout = TimeSpan.FromSeconds(30),
                },
            ])) => RegionEndpoint = RegionEndpoint.GetBySystemName(region);

        public override string RegionEndpointServiceName => "rekognition";

        public override string ServiceVersion => "2016-06-27";

        public override string UserAgent => "framevet";

        public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
            new($"https://rekognition.{RegionEndpoint!.SystemName}.amazonaws.com");
    }
}
