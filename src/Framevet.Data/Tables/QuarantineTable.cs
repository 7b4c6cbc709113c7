using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A media file that made a tool crash.</summary>
internal sealed class QuarantineTable
{
    public required string Sha256 { get; set; }
    public required string Name { get; set; }
    public required int Crashes { get; set; }

    /// <summary>Why the tool ended the last time: command, exit code, last words.</summary>
    public string? Detail { get; set; }

    public required RunId LastRunId { get; set; }
    public required DateTimeOffset FirstAt { get; set; }
    public required DateTimeOffset LastAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<QuarantineTable>
    {
        public void Configure(EntityTypeBuilder<QuarantineTable> builder)
        {
            builder.ToTable("Quarantine");
            builder.HasKey(q => q.Sha256);
            builder.Property(q => q.Sha256).HasMaxLength(64);
        }
    }
}
