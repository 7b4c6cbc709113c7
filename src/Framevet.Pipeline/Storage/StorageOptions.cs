using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Storage;

/// <summary>Where files live.</summary>
public sealed class StorageOptions : IValidatableObject
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Storage";

    /// <summary>What keeps the files.</summary>
    public BlobStoreKind Kind { get; set; } = BlobStoreKind.Folder;

    /// <summary>Folder of the blob store; made when it is not there, unless it is shared. With S3: a local folder for work in progress and copies that tools read.</summary>
    [Required]
    public string Root { get; set; } = "data/blobs";

    /// <summary>Per cent of the disk that stay free, 0..90; the larger one of this and <see cref="ReserveMegabytes"/> counts.</summary>
    [Range(0.0, 90.0)]
    public double ReservePercent { get; set; } = 5;

    /// <summary>MiB that stay free.</summary>
    [Range(0, 1 << 30)]
    public int ReserveMegabytes { get; set; } = 5 * 1024;

    /// <summary>Per cent of the reserve that must be free on top of it before intake and work go on after they stopped, 0..1000.</summary>
    [Range(0.0, 1000.0)]
    public double ResumePercent { get; set; } = 10;

    /// <summary>The bucket; counts with <see cref="BlobStoreKind.S3"/> only.</summary>
    public S3Options S3 { get; set; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kind != BlobStoreKind.S3)
        {
            yield break;
        }

        var faults = new List<ValidationResult>();
        Validator.TryValidateObject(S3, new ValidationContext(S3), faults, validateAllProperties: true);
        foreach (var fault in faults)
        {
            yield return new ValidationResult($"S3: {fault.ErrorMessage}", [nameof(S3)]);
        }

        if (S3.Bucket.Length == 0)
        {
            yield return new ValidationResult("S3:Bucket is empty; name the bucket.", [nameof(S3)]);
        }

        if (S3.Prefix.Length > 0 && (!S3.Prefix.EndsWith('/') || S3.Prefix.StartsWith('/')))
        {
            yield return new ValidationResult($"S3:Prefix '{S3.Prefix}' does not end with a slash, or begins with one.", [nameof(S3)]);
        }

        if (S3.ServiceUrl.Length > 0 && !(Uri.TryCreate(S3.ServiceUrl, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult($"S3:ServiceUrl '{S3.ServiceUrl}' is no http or https address.", [nameof(S3)]);
        }

        if (S3.AccessKey.Length > 0 != S3.SecretKey.Length > 0)
        {
            yield return new ValidationResult("S3:AccessKey and S3:SecretKey go together.", [nameof(S3)]);
        }
    }
}

/// <summary>What keeps the files.</summary>
public enum BlobStoreKind
{
    /// <summary>A folder of this machine.</summary>
    Folder,
    /// <summary>A folder that several nodes have mounted. It must carry a marker, so that nothing is written beside a mount that is gone (<c>framevet admin mark-store</c>).</summary>
    SharedFolder,
    /// <summary>A bucket of a service that speaks the protocol of S3.</summary>
    S3,
}
