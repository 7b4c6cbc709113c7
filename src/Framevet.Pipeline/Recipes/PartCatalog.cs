using System.Collections.Immutable;

namespace Framevet.Pipeline.Recipes;

/// <summary>Finds every <see cref="PartAttribute"/> class, describes it, validates part specs and builds parts fresh for each run.</summary>
public sealed class PartCatalog
{
    /// <summary>All parts, by kind and id.</summary>
    public ImmutableArray<PartInfo> Parts => throw new NotImplementedException();

    /// <summary>All scores that the catalogue's metrics can give.</summary>
    public ImmutableArray<Scoring.MetricSpec> Metrics => throw new NotImplementedException();

    /// <summary>Every fault of the recipe as a sentence ("gates[0] threshold: unknown option 'mim' (known: …)"); empty when valid.</summary>
    public ImmutableArray<string> Validate(Recipe recipe) => throw new NotImplementedException();

    /// <summary>Builds one part; <typeparamref name="T"/> is the stage contract.</summary>
    /// <exception cref="VettingException">InvalidRequest for an unknown part or option, or a value out of range.</exception>
    public T Build<T>(PartSpec spec)
        where T : class => throw new NotImplementedException();
}
