using System.Globalization;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A decided file or picture. No foreign key: a decision may be used again after its run is gone, and may come from elsewhere.</summary>
internal sealed class BankEntryTable
{
    public required Guid Id { get; set; }
    public required BankKind Bank { get; set; }
    public string? Sha256 { get; set; }

    /// <summary>PTS values of the frames judged in the file, joined by commas.</summary>
    public required string Judged { get; set; }

    /// <summary>PDQ hash as 64 hex digits.</summary>
    public string? Hash { get; set; }

    public required int Quality { get; set; }
    public required string Label { get; set; }
    public required string Origin { get; set; }
    public RunId? RunId { get; set; }
    public required string By { get; set; }
    public required DateTimeOffset At { get; set; }

    public static BankEntryTable From(BankEntry entry) => new()
    {
        Id = entry.Id,
        Bank = entry.Bank,
        Sha256 = entry.Sha256,
        Judged = string.Join(',', entry.Judged.Select(p => p.ToString(CultureInfo.InvariantCulture))),
        Hash = entry.Hash?.ToString(),
        Quality = entry.Quality,
        Label = entry.Label,
        Origin = entry.Origin,
        RunId = entry.Run,
        By = entry.By,
        At = entry.At,
    };

    public BankEntry ToEntry() => new()
    {
        Id = Id,
        Bank = Bank,
        Sha256 = Sha256,
        Judged = [.. Judged.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => long.Parse(p, CultureInfo.InvariantCulture))],
        Hash = PdqHash.TryParse(Hash, out var hash) ? hash : null,
        Quality = Quality,
        Label = Label,
        Origin = Origin,
        Run = RunId,
        By = By,
        At = At,
    };

    internal sealed class Configuration : IEntityTypeConfiguration<BankEntryTable>
    {
        public void Configure(EntityTypeBuilder<BankEntryTable> builder)
        {
            builder.ToTable("BankEntries");
            builder.HasKey(e => e.Id);
            builder.Property(e => e.Id).ValueGeneratedNever();
            builder.HasIndex(e => e.Origin);
            builder.HasIndex(e => e.Sha256);
            builder.HasIndex(e => new { e.Bank, e.At });
        }
    }
}
