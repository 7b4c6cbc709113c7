using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>An API key; of the secret only the hash is kept.</summary>
internal sealed class ApiKeyTable
{
    public required Guid Id { get; set; }
    public required string UserId { get; set; }
    public required string Name { get; set; }

    /// <summary>Beginning of the secret, so that people recognise their key.</summary>
    public required string Prefix { get; set; }

    /// <summary>SHA-256 of the secret, lower-case hex. No slow hash: the secret is 256 random bits.</summary>
    public required string Hash { get; set; }

    /// <summary>Scopes, separated by one blank.</summary>
    public required string Scopes { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ApiKeyTable>
    {
        public void Configure(EntityTypeBuilder<ApiKeyTable> builder)
        {
            builder.ToTable("ApiKeys");
            builder.HasKey(k => k.Id);
            builder.Property(k => k.Id).ValueGeneratedNever();
            builder.HasOne<FramevetUser>().WithMany().HasForeignKey(k => k.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(k => k.Hash).IsUnique();
            builder.HasIndex(k => new { k.UserId, k.CreatedAt });
        }
    }
}
