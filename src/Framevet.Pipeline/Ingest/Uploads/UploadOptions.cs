using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>Where unfinished uploads lie and how long (deployment); section <c>Uploads</c>.</summary>
public sealed record UploadOptions
{
    /// <summary>Folder of unfinished uploads under the blob store, where <see cref="Folder"/> names no other.</summary>
    public const string UsualFolder = "uploads";

    /// <summary>Section in the configuration.</summary>
    public const string Section = "Uploads";

    /// <summary>Folder of unfinished files; null = <c>uploads</c> in the storage root. On the same volume a finished file is moved, else copied.</summary>
    public string? Folder { get; init; }

    /// <summary>Hours after its last bytes until an unfinished upload is thrown away.</summary>
    [Range(1, 24 * 90)]
    public int ExpireHours { get; init; } = 48;

    /// <summary>Most unfinished uploads of one user.</summary>
    [Range(1, 100_000)]
    public int MaxOpen { get; init; } = 1000;
}
