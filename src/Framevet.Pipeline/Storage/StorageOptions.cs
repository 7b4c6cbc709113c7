using System.ComponentModel.DataAnnotations;

namespace Framevet.Pipeline.Storage;

/// <summary>Where files live on this machine.</summary>
public sealed class StorageOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Storage";

    /// <summary>Folder of the blob store; made when it is not there.</summary>
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
}
