using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A browser that somebody signed in with. The cookie carries the id; without a living row it opens nothing.</summary>
internal sealed class SessionTable
{
    public required Guid Id { get; set; }
    public required string UserId { get; set; }

    /// <summary>Browser and system in words, e.g. "Firefox on Windows".</summary>
    public required string Device { get; set; }

    /// <summary>How it began, e.g. <c>password</c>.</summary>
    public required string Method { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
    public required DateTimeOffset LastSeenAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SessionTable>
    {
        public void Configure(EntityTypeBuilder<SessionTable> builder)
        {
            builder.ToTable("Sessions");
            builder.HasKey(s => s.Id);
            builder.Property(s => s.Id).ValueGeneratedNever();
            builder.Property(s => s.Device).HasMaxLength(100);
            builder.Property(s => s.Method).HasMaxLength(20);
            builder.HasOne<FramevetUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(s => new { s.UserId, s.LastSeenAt });
        }
    }
}
