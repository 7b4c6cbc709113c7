using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>One try to sign in, for limits that a restart does not reset.</summary>
internal sealed class SignInTryTable
{
    public long Id { get; set; }

    /// <summary>Who tried: an address or a network.</summary>
    public required string Who { get; set; }

    public required DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SignInTryTable>
    {
        public void Configure(EntityTypeBuilder<SignInTryTable> builder)
        {
            builder.ToTable("SignInTries");
            builder.Property(t => t.Who).HasMaxLength(100);
            builder.HasIndex(t => new { t.Who, t.At });
        }
    }
}

/// <summary>Wrong passwords and codes of one account, or of a name that no account has.</summary>
internal sealed class SignInLockTable
{
    public required string Who { get; set; }

    /// <summary>Failures in a row since the last lock or success.</summary>
    public required int Failures { get; set; }

    /// <summary>Locks in a row since the last success; each doubles the next.</summary>
    public required int Locks { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }
    public required DateTimeOffset LastAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SignInLockTable>
    {
        public void Configure(EntityTypeBuilder<SignInLockTable> builder)
        {
            builder.ToTable("SignInLocks");
            builder.HasKey(l => l.Who);
            builder.Property(l => l.Who).HasMaxLength(100);
            builder.HasIndex(l => l.LastAt);
        }
    }
}

/// <summary>The newest time step whose code an account has used: codes of it and before work no more.</summary>
internal sealed class UsedCodeTable
{
    public required string UserId { get; set; }

    /// <summary>Number of the 30-second step since 1970.</summary>
    public required long Step { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<UsedCodeTable>
    {
        public void Configure(EntityTypeBuilder<UsedCodeTable> builder)
        {
            builder.ToTable("UsedCodes");
            builder.HasKey(c => c.UserId);
            builder.HasOne<FramevetUser>().WithOne().HasForeignKey<UsedCodeTable>(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
