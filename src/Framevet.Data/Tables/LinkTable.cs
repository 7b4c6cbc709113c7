using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A submitted link.</summary>
internal sealed class LinkTable
{
    public required Guid Id { get; set; }
    public required string OwnerId { get; set; }
    public Guid? ParentId { get; set; }
    public required string Text { get; set; }
    public string? Title { get; set; }

    /// <summary>LinkChoice as JSON.</summary>
    public required string Choice { get; set; }

    public string? Recipe { get; set; }
    public int Priority { get; set; }
    public required LinkState State { get; set; }
    public required string Reason { get; set; }
    public FailureCode? Failure { get; set; }
    public string? Detail { get; set; }
    public string? Key { get; set; }
    public bool UsedCookies { get; set; }

    /// <summary>No foreign key: the run is made after its id is chosen.</summary>
    public RunId? RunId { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The node that has it in hand.</summary>
    public string? Worker { get; set; }

    /// <summary>Rises each time somebody takes it in hand; see <see cref="Lease"/>.</summary>
    public long LeaseToken { get; set; }

    /// <summary>When the worker counts as gone, by the clock of the database.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    public static LinkTable From(Link link) => new()
    {
        Id = link.Id,
        OwnerId = link.OwnerId,
        ParentId = link.ParentId,
        Text = link.Text,
        Title = link.Title,
        Choice = JsonSerializer.Serialize(link.Choice, PipelineJson.Options),
        Recipe = link.Recipe,
        Priority = link.Priority,
        State = link.State,
        Reason = link.Reason,
        Failure = link.Failure,
        Detail = link.Detail,
        Key = link.Key,
        UsedCookies = link.UsedCookies,
        RunId = link.RunId,
        CreatedAt = link.CreatedAt,
        EndedAt = link.EndedAt,
    };

    public Link ToLink() => new()
    {
        Id = Id,
        OwnerId = OwnerId,
        ParentId = ParentId,
        Text = Text,
        Title = Title,
        Choice = JsonSerializer.Deserialize<LinkChoice>(Choice, PipelineJson.Options)!,
        Recipe = Recipe,
        Priority = Priority,
        State = State,
        Reason = Reason,
        Failure = Failure,
        Detail = Detail,
        Key = Key,
        UsedCookies = UsedCookies,
        RunId = RunId,
        CreatedAt = CreatedAt,
        EndedAt = EndedAt,
    };

    internal sealed class Configuration : IEntityTypeConfiguration<LinkTable>
    {
        public void Configure(EntityTypeBuilder<LinkTable> builder)
        {
            builder.ToTable("Links");
            builder.HasKey(l => l.Id);
            builder.Property(l => l.Id).ValueGeneratedNever();
            builder.HasIndex(l => new { l.OwnerId, l.CreatedAt });
            builder.HasIndex(l => new { l.State, l.CreatedAt });
            builder.HasIndex(l => l.Key);
        }
    }
}
