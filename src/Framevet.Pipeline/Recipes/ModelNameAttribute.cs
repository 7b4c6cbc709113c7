using Framevet.Pipeline.Models;

namespace Framevet.Pipeline.Recipes;

/// <summary>Marks a text option that names a model of the catalogue, by its id; those with this task are offered.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ModelNameAttribute(ModelTask task) : Attribute
{
    /// <summary>What the model is for.</summary>
    public ModelTask Task { get; } = task;
}
