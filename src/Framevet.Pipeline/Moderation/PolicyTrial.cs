using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation;

/// <summary>
/// Shows a picture to every backend, to see what a policy would make of it. The picture is made as a run makes those of its frames, and nothing of it is kept. Services that cost
/// something or lie outside this machine are asked only when they are named; such a call is in the book of calls and counts against the budget of the day, for no run. Thread-safe.
/// </summary>
public sealed class PolicyTrial(
    IMediaProbe probe, IFrameSource source, PartCatalog catalog, JpegCodec jpeg, ICallLedger ledger, IOptions<ModerationOptions> options, TimeProvider time)
{
    // As runs judge their frames.
    private const int JpegQuality = 80;

    /// <summary>What stands in the book of calls in place of a run.</summary>
    public static RunId NoRun { get; }

    /// <summary>All backends, cheap ones first.</summary>
    public ImmutableArray<TrialBackend> Backends() =>
    [
        .. catalog.Parts.Where(p => p.Kind == PartKind.Moderation).Select(p => TrialBackend.Of(p.Title, Build(p.Id))).OrderBy(b => b.Tier).ThenBy(b => b.PricePerCall).ThenBy(b => b.Id, StringComparer.Ordinal),
    ];

    /// <summary>Shows the first picture of a file to the ready backends that are on this machine and free, and to those of <paramref name="named"/>. A backend that fails is an answer, not an error.</summary>
    /// <exception cref="VettingException">Forbidden (services are for leads), InvalidRequest (unknown backend), UnsupportedMedia (no picture), and what decoding may bring.</exception>
    public async Task<ImmutableArray<TrialAnswer>> TryAsync(SourceFile file, ImmutableArray<string> named, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Review, "try pictures");
        var backends = Backends();
        if (named.FirstOrDefault(id => backends.All(b => b.Id != id)) is { } unknown)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"There is no backend '{unknown}'.");
        }

        if (backends.Any(b => b.IsOnRequest && named.Contains(b.Id)))
        {
            actor.MustHave(Rights.Lead, "ask services");
        }

        var picture = await PictureAsync(file, ct).ConfigureAwait(false);
        var call = new BackendCall(PolicyOf(new PolicySnapshot(0, PolicyDocument.Seed)), TimeSpan.FromSeconds(options.Value.CallSeconds), time);
        var answers = ImmutableArray.CreateBuilder<TrialAnswer>(backends.Length);
        foreach (var backend in backends)
        {
            answers.Add(backend switch
            {
                { WhyNotReady: not null } => new TrialAnswer(backend, false, null, []),
                { IsOnRequest: true } when !named.Contains(backend.Id) => new TrialAnswer(backend, false, null, []),
                { IsOnRequest: true } => await AskOnRequestAsync(backend, call, picture, actor, ct).ConfigureAwait(false),
                _ => Answer(backend, await call.AskAsync(Build(backend.Id), picture, ct).ConfigureAwait(false)),
            });
        }

        return answers.MoveToImmutable();
    }

    /// <summary>What a policy makes of an answer; null when the backend was not asked. No answer means that a person looks.</summary>
    public static Verdict? Judge(TrialAnswer answer, PolicySnapshot policy)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var judge = PolicyOf(policy);
        return !answer.WasAsked ? null
            : answer.Failure is { } failure ? new Verdict(Decision.Escalate, failure, answer.Backend.Id) { Basis = judge.Basis }
            : answer.Findings.IsEmpty ? new Verdict(Decision.Allow, $"{answer.Backend.Id} saw nothing", answer.Backend.Id) { Basis = judge.Basis }
            : judge.Decide(answer.Findings, answer.Backend.Tier);
    }

    /// <summary>The band that a confidence lies in under a policy.</summary>
    public static ClipBand BandOf(Finding finding, ModerationTier tier, PolicyDocument policy)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return ClipBand.Of(finding.Confidence, PolicyOf(new PolicySnapshot(0, policy)).BandOf(finding.Label, tier));
    }

    private IModerationBackend Build(string id) => catalog.Build<IModerationBackend>(new PartSpec(id));

    private static ModerationPolicy PolicyOf(PolicySnapshot policy) => new(new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty, Policy = policy });

    private static TrialAnswer Answer(TrialBackend backend, BackendAnswer answer) => new(backend, true, answer.Failed ? answer.Verdict.Reason : null, answer.Findings);

    private async Task<TrialAnswer> AskOnRequestAsync(TrialBackend backend, BackendCall call, byte[] picture, Actor actor, CancellationToken ct)
    {
        var entry = await ledger.TryEnterAsync(
            new PaidCall(NoRun, actor.Id, backend.Id, backend.ModelVersion, backend.PricePerCall, null, 1), new CallLimits(int.MaxValue, options.Value.DayBudget), ct).ConfigureAwait(false);
        if (entry.Id is not { } id)
        {
            return new TrialAnswer(backend, false, "Today's budget for paid calls is spent.", []);
        }

        var answer = await call.AskAsync(Build(backend.Id), picture, ct).ConfigureAwait(false);
        await ledger.CloseAsync(id, answer.Failed ? CallOutcome.Failed : CallOutcome.Answered, CancellationToken.None).ConfigureAwait(false);
        return Answer(backend, answer);
    }

    private async Task<byte[]> PictureAsync(SourceFile file, CancellationToken ct)
    {
        var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        if (media.Kind is not (MediaKind.Still or MediaKind.Animation))
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: this is a film. Take a picture; a film is submitted as a run.");
        }

        await foreach (var batch in source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), Thumbnail.MaxSide), new Ignored(), ct).ConfigureAwait(false))
        {
            using (batch)
            {
                if (batch.Count > 0)
                {
                    var frame = batch[0];
                    return Thumbnail.Of(in frame, jpeg, JpegQuality);
                }
            }
        }

        throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: there is no picture in it.");
    }

    private sealed class Ignored : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
            // One picture is no journey.
        }
    }
}

/// <summary>A backend as somebody chooses it. <paramref name="PricePerCall"/> in US dollars, 0 = free; <paramref name="WhyNotReady"/>: null when it can be asked.</summary>
public sealed record TrialBackend(string Id, string Title, ModerationTier Tier, string ModelVersion, decimal PricePerCall, string? WhyNotReady)
{
    /// <summary>Asked only when it is named: it costs something, or the picture leaves this machine.</summary>
    public bool IsOnRequest => PricePerCall > 0 || Tier == ModerationTier.Precise;

    internal static TrialBackend Of(string title, IModerationBackend backend) => new(backend.Id, title, backend.Tier, backend.ModelVersion, backend.PricePerCall, backend.WhyNotReady);
}

/// <summary>What a backend said about a picture. <paramref name="Failure"/>: why there is no answer, null when there is one or nobody asked.</summary>
public sealed record TrialAnswer(TrialBackend Backend, bool WasAsked, string? Failure, ImmutableArray<Finding> Findings);
