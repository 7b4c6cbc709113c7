using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A media file, once however many runs look at it.</summary>
internal sealed class MediaTable
{
    /// <summary>SHA-256 of the bytes, lower-case hex.</summary>
    public required string Sha256 { get; set; }

    /// <summary>Blob key.</summary>
    public required string Key { get; set; }

    public required long Bytes { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the file was removed; null = it is there.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    /// <summary>Length in seconds for lists; null when unknown or not probed yet.</summary>
    public double? DurationSeconds { get; set; }

    /// <summary>MediaFacts as JSON; null until probed.</summary>
    public string? Facts { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MediaTable>
    {
        public void Configure(EntityTypeBuilder<MediaTable> builder)
        {
            builder.ToTable("Media");
            builder.HasKey(m => m.Sha256);
            builder.Property(m => m.Sha256).HasMaxLength(64);
        }
    }
}
