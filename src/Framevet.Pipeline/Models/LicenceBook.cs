using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>Who accepted which terms, in the state folder. Accepted terms hold for the whole installation. Thread-safe.</summary>
internal sealed class LicenceBook(string stateFolder, TimeProvider time)
{
    /// <summary>Name of the side file within the state folder.</summary>
    public const string FileName = "licences.json";

    private readonly StateFile<Page> _book = new(Path.Combine(stateFolder, FileName), new Page());

    /// <summary>The acceptance that holds for the entry's present terms, or null.</summary>
    public LicenceAcceptance? For(ModelEntry entry) =>
        All().LastOrDefault(a => a.Model == entry.Id && a.Version == entry.Licence.Version);

    /// <summary>Writes an acceptance down.</summary>
    /// <exception cref="VettingException">InvalidRequest when it cannot be kept: an acceptance that is forgotten is none.</exception>
    public LicenceAcceptance Accept(ModelEntry entry, string who)
    {
        var acceptance = new LicenceAcceptance(entry.Id, entry.Licence.Id, entry.Licence.Version, who, time.GetUtcNow());
        return _book.Change(page => new Page { Accepted = page.Accepted.Add(acceptance) })
            ? acceptance
            : throw new VettingException(FailureCode.InvalidRequest, $"The acceptance cannot be written into {Path.GetFullPath(stateFolder)}; set Models:StateFolder to a folder that can be written.");
    }

    private ImmutableArray<LicenceAcceptance> All() => _book.Read().Accepted;

    private sealed record Page
    {
        public ImmutableArray<LicenceAcceptance> Accepted { get; init; } = [];
    }
}

/// <summary>Somebody accepted the terms of a model. <paramref name="Version"/>: which wording, see <see cref="ModelLicence.Version"/>.</summary>
public sealed record LicenceAcceptance(string Model, string Licence, string Version, string Who, DateTimeOffset At);
