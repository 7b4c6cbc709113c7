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
}
