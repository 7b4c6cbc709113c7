using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Storage;

/// <summary>A bucket and how to reach it.</summary>
public sealed class S3Options
{
    /// <summary>Name of the bucket; it must be there.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>What every key begins with, e.g. <c>framevet/</c>; may be empty.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>Address of a service other than Amazon's, e.g. <c>https://minio.example:9000</c>; empty = Amazon's of the region.</summary>
    public string ServiceUrl { get; set; } = "";

    /// <summary>Region, also part of signatures for other services.</summary>
    [Required]
    public string Region { get; set; } = "us-east-1";

    /// <summary>Whether the bucket stands in the path instead of the host name; most services other than Amazon's want that.</summary>
    public bool PathStyle { get; set; } = true;

    /// <summary>Id of the key; empty = the usual places of the AWS SDK (environment, profile, role of the machine).</summary>
    public string AccessKey { get; set; } = "";

    /// <summary>The key's secret.</summary>
    public string SecretKey { get; set; } = "";

    /// <summary>MiB of a part, 5..1024, which is also the memory that one upload takes; larger files go in parts. The protocol allows 10,000 parts and wants 5 MiB at least.</summary>
    [Range(5, 1024)]
    public int PartMegabytes { get; set; } = 16;

    /// <summary>MiB of local copies of media that are kept for tools; the longest unused go first, none within an hour of its use.</summary>
    [Range(0, 1 << 30)]
    public int CacheMegabytes { get; set; } = 20 * 1024;

    /// <summary>Whether finished exports that are one file are downloaded from the bucket itself, by a signed address, instead of through the web node. Browsers must reach the service.</summary>
    public bool DirectDownloads { get; set; }

    /// <summary>Minutes for which a signed address works.</summary>
    [Range(1, 7 * 24 * 60)]
    public int DirectMinutes { get; set; } = 15;
}
