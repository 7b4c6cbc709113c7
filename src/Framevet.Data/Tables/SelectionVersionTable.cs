using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A kept selection of a run.</summary>
internal sealed class SelectionVersionTable
{
    public required RunId RunId { get; set; }
    public required int Number { get; set; }
    public required string AuthorId { get; set; }
    public required string AuthorName { get; set; }
    public required string Note { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? AppliedAt { get; set; }

    /// <summary>The recipe as JSON.</summary>
    public required string Recipe { get; set; }

    /// <summary>Picks by rank as a JSON array.</summary>
    public required string Picks { get; set; }

    /// <summary>The funnel as JSON.</summary>
    public required string Funnel { get; set; }

    public static SelectionVersionTable From(SelectionVersion version) => new()
    {
        RunId = version.RunId, Number = version.Number, AuthorId = version.AuthorId, AuthorName = version.AuthorName, Note = version.Note, CreatedAt = version.CreatedAt, AppliedAt = version.AppliedAt,
        Recipe = RowJson.Write(version.Recipe), Picks = RowJson.Write(version.Picks), Funnel = RowJson.Write(version.Funnel),
    };

    public SelectionVersion ToVersion() => new(RunId, Number, RowJson.Read<Recipe>(Recipe), AuthorId, AuthorName, Note, CreatedAt, RowJson.Read<ImmutableArray<VersionPick>>(Picks), RowJson.Read<Funnel>(Funnel), AppliedAt);

    internal sealed class Configuration : IEntityTypeConfiguration<SelectionVersionTable>
    {
        public void Configure(EntityTypeBuilder<SelectionVersionTable> builder)
        {
            builder.ToTable("SelectionVersions");
            builder.HasKey(v => new { v.RunId, v.Number });
            builder.HasOne<RunTable>().WithMany().HasForeignKey(v => v.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
