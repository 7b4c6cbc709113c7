using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>What a person saw of a queue on a day (UTC).</summary>
internal sealed class ReviewExposureTable
{
    public required string UserId { get; set; }

    /// <summary>Days since 0001-01-01.</summary>
    public required int Day { get; set; }

    public required string Queue { get; set; }
    public double Seconds { get; set; }
    public int Items { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ReviewExposureTable>
    {
        public void Configure(EntityTypeBuilder<ReviewExposureTable> builder)
        {
            builder.ToTable("ReviewExposure");
            builder.HasKey(e => new { e.UserId, e.Day, e.Queue });
        }
    }
}

/// <summary>An item that counts among what a person saw on a day: once, however often it is opened. Rows of earlier days go away.</summary>
internal sealed class ReviewSeenTable
{
    public required string UserId { get; set; }

    /// <summary>Days since 0001-01-01.</summary>
    public required int Day { get; set; }

    public required Guid ItemId { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ReviewSeenTable>
    {
        public void Configure(EntityTypeBuilder<ReviewSeenTable> builder)
        {
            builder.ToTable("ReviewSeen");
            builder.HasKey(s => new { s.UserId, s.Day, s.ItemId });
        }
    }
}

/// <summary>An item whose answer is known.</summary>
internal sealed class GoldenItemTable
{
    public required Guid Id { get; set; }
    public required RunId RunId { get; set; }
    public required string Frames { get; set; }
    public string? TopLabel { get; set; }
    public double? TopConfidence { get; set; }
    public required Decision Decision { get; set; }
    public required string Label { get; set; }
    public required string MadeBy { get; set; }
    public required DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<GoldenItemTable>
    {
        public void Configure(EntityTypeBuilder<GoldenItemTable> builder)
        {
            builder.ToTable("GoldenItems");
            builder.HasKey(g => g.Id);
            builder.Property(g => g.Id).ValueGeneratedNever();
            builder.HasOne<RunTable>().WithMany().HasForeignKey(g => g.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>What a person said to a golden item.</summary>
internal sealed class GoldenAnswerTable
{
    public long Id { get; set; }
    public required Guid GoldenId { get; set; }
    public required string UserId { get; set; }
    public required string UserName { get; set; }
    public required Decision Decision { get; set; }
    public required string Label { get; set; }
    public required bool IsRight { get; set; }
    public required DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<GoldenAnswerTable>
    {
        public void Configure(EntityTypeBuilder<GoldenAnswerTable> builder)
        {
            builder.ToTable("GoldenAnswers");
            builder.HasOne<GoldenItemTable>().WithMany().HasForeignKey(a => a.GoldenId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(a => new { a.GoldenId, a.UserId }).IsUnique();
        }
    }
}

/// <summary>A run that finished without people and was looked at for sampling.</summary>
internal sealed class ClearedRunTable
{
    public required RunId RunId { get; set; }

    /// <summary>See <see cref="QualitySample.StratumOf"/>.</summary>
    public required string Stratum { get; set; }

    /// <summary>Number within the stratum, from 1.</summary>
    public required long Ordinal { get; set; }

    public required bool IsSampled { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClearedRunTable>
    {
        public void Configure(EntityTypeBuilder<ClearedRunTable> builder)
        {
            builder.ToTable("ClearedRuns");
            builder.HasKey(c => c.RunId);
            builder.HasOne<RunTable>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(c => c.Stratum);
        }
    }
}

/// <summary>What a person chose for themselves; a document, since nothing searches in it.</summary>
internal sealed class UserPreferencesTable
{
    public required string UserId { get; set; }

    /// <summary>ReviewerPreferences as JSON.</summary>
    public required string Preferences { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<UserPreferencesTable>
    {
        public void Configure(EntityTypeBuilder<UserPreferencesTable> builder)
        {
            builder.ToTable("UserPreferences");
            builder.HasKey(p => p.UserId);
            builder.HasOne<FramevetUser>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
