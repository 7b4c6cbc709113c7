using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sharing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A link for guests; of its token and its password only hashes are kept.</summary>
internal sealed class ShareTable
{
    public required Guid Id { get; set; }
    public required RunId RunId { get; set; }

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public required string TokenHash { get; set; }

    public required string OwnerId { get; set; }
    public required string OwnerName { get; set; }
    public required string Title { get; set; }
    public required SharedFrames Frames { get; set; }
    public required bool MayPick { get; set; }
    public string? PasswordHash { get; set; }
    public string? Watermark { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; set; }

    public Share ToShare() => new(Id, RunId, OwnerId, OwnerName, Title, Frames, MayPick, PasswordHash is not null, Watermark, CreatedAt, ExpiresAt, RevokedAt);

    internal sealed class Configuration : IEntityTypeConfiguration<ShareTable>
    {
        public void Configure(EntityTypeBuilder<ShareTable> builder)
        {
            builder.ToTable("Shares");
            builder.HasKey(s => s.Id);
            builder.Property(s => s.Id).ValueGeneratedNever();
            builder.HasOne<RunTable>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(s => s.TokenHash).IsUnique();
            builder.HasIndex(s => new { s.RunId, s.CreatedAt });
        }
    }
}

/// <summary>A frame that a guest picked. Guests have no account: a random word of their browser tells them apart.</summary>
internal sealed class SharePickTable
{
    public required Guid ShareId { get; set; }
    public required string Guest { get; set; }
    public required long Pts { get; set; }
    public required DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SharePickTable>
    {
        public void Configure(EntityTypeBuilder<SharePickTable> builder)
        {
            builder.ToTable("SharePicks");
            builder.HasKey(p => new { p.ShareId, p.Guest, p.Pts });
            builder.HasOne<ShareTable>().WithMany().HasForeignKey(p => p.ShareId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
