using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A request that a client named, so that sending it again does nothing again.</summary>
internal sealed class RepeatTable
{
    public required string OwnerId { get; set; }

    /// <summary>The client's name for the request.</summary>
    public required string Key { get; set; }

    /// <summary>SHA-256 of method, path and body, lower-case hex.</summary>
    public required string Request { get; set; }

    /// <summary>Status of the answer; null while the first request is still being worked on.</summary>
    public int? Status { get; set; }

    public string? Location { get; set; }
    public string? ContentType { get; set; }
    public byte[]? Body { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RepeatTable>
    {
        public void Configure(EntityTypeBuilder<RepeatTable> builder)
        {
            builder.ToTable("Repeats");
            builder.HasKey(r => new { r.OwnerId, r.Key });
            builder.Property(r => r.Key).HasMaxLength(200);
            builder.HasIndex(r => r.CreatedAt);
        }
    }
}
