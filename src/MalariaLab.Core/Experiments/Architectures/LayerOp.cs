namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>What a layer does. The closed list of records below is all that an interpreter has to know.</summary>
public abstract record LayerOp
{
    private protected LayerOp() { }

    /// <summary>The layer's type by its Keras name, for tables.</summary>
    public abstract string Type { get; }

    /// <summary>Shape of the output, given the inputs' shapes.</summary>
    /// <exception cref="InvalidOperationException">The inputs are too small or don't fit together; the message is the end of a sentence about the layer.</exception>
    internal abstract LayerShape Shape(IReadOnlyList<LayerShape> inputs);

    /// <summary>Weights that learn, given the input's shape.</summary>
    internal virtual long Parameters(LayerShape input) => 0;

    /// <summary>Values that are kept but never learnt: running statistics.</summary>
    internal virtual long Statistics(LayerShape input) => 0;

    /// <summary>Multiply-adds of the forward pass for one image.</summary>
    internal virtual long Macs(LayerShape input, LayerShape output) => 0;

    private protected static LayerShape Map(LayerShape input) =>
        input.IsVector ? throw new InvalidOperationException("needs a map, but gets a vector") : input;

    private protected static int Windows(int side, int window, int stride) =>
        side >= window ? (side - window) / stride + 1 : throw new InvalidOperationException($"needs at least {window} pixels, but gets {side}");
}

/// <summary><c>Valid</c>: none. <c>Same</c>: (k − 1)/2 zeros on each side, k odd; at stride 1 that is Keras' "same".</summary>
public enum Padding { Valid, Same }

/// <summary>What a convolution or dense layer does to its sum.</summary>
public enum Activation { None, Relu }

/// <summary><c>GlorotUniform</c>: ±√(6/(fan in + fan out)), Keras' default. <c>HeNormal</c>: normal with variance 2/fan in. Biases start at 0.</summary>
public enum Initializer { GlorotUniform, HeNormal }

/// <summary>The image.</summary>
public sealed record Input(LayerShape Image) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "InputLayer";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => Image;
}

/// <summary>Square 2-D convolution, then the activation.</summary>
public sealed record Conv2D(int Filters, int Kernel, int Stride, Padding Padding, bool Bias, Initializer Initializer, Activation Activation = Activation.None) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Conv2D";

    /// <summary>Zeros on each side of the input.</summary>
    public int Margin => Padding == Padding.Same ? (Kernel - 1) / 2 : 0;

    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs)
    {
        var (height, width, _) = Map(inputs[0]);
        return new(Windows(height + 2 * Margin, Kernel, Stride), Windows(width + 2 * Margin, Kernel, Stride), Filters);
    }

    internal override long Parameters(LayerShape input) => (long)Kernel * Kernel * input.Channels * Filters + (Bias ? Filters : 0);
    internal override long Macs(LayerShape input, LayerShape output) => output.Elements * Kernel * Kernel * input.Channels;
}

/// <summary>Zeros around the map: a layer of its own, for a max pool behind it must see zeros and not −∞.</summary>
public sealed record ZeroPad(int Pixels) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "ZeroPadding2D";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs)
    {
        var (height, width, channels) = Map(inputs[0]);
        return new(height + 2 * Pixels, width + 2 * Pixels, channels);
    }
}

/// <summary>Maximum over windows, no padding; a rest at the edge is left out.</summary>
public sealed record MaxPool(int Pool, int Stride) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "MaxPooling2D";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs)
    {
        var (height, width, channels) = Map(inputs[0]);
        return new(Windows(height, Pool, Stride), Windows(width, Pool, Stride), channels);
    }
}

/// <summary>Mean over windows, no padding; a rest at the edge is left out.</summary>
public sealed record AvgPool(int Pool, int Stride) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "AveragePooling2D";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs)
    {
        var (height, width, channels) = Map(inputs[0]);
        return new(Windows(height, Pool, Stride), Windows(width, Pool, Stride), channels);
    }
}

/// <summary>Mean over the whole map: a vector of the channels.</summary>
public sealed record GlobalAvgPool : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "GlobalAveragePooling2D";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => LayerShape.Vector(Map(inputs[0]).Channels);
}

/// <summary>Every <paramref name="Stride"/>-th row and column, x[:, :, ::2, ::2] at stride 2: Keras writes it as a max pool of size 1.</summary>
public sealed record Subsample(int Stride) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "MaxPooling2D";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs)
    {
        var (height, width, channels) = Map(inputs[0]);
        return new(Windows(height, 1, Stride), Windows(width, 1, Stride), channels);
    }
}

/// <summary>
/// Batch normalisation. <paramref name="Momentum"/> has Keras' sense: running ← m · running + (1 − m) · batch; torch's is 1 − m.
/// Frozen, it uses and keeps its running statistics also in training.
/// </summary>
public sealed record BatchNorm(double Epsilon, double Momentum) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "BatchNormalization";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => inputs[0];
    internal override long Parameters(LayerShape input) => 2L * input.Channels;
    internal override long Statistics(LayerShape input) => 2L * input.Channels;
}

/// <summary>max(x, 0).</summary>
public sealed record Relu : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "ReLU";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => inputs[0];
}

/// <summary>Zeroes a share of the values in training and scales the rest by 1/(1 − rate).</summary>
public sealed record Dropout(double Rate) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Dropout";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => inputs[0];
}

/// <summary>Map to vector in Keras' order: row, column, channel (HWC), so that dense weights of Keras files fit.</summary>
public sealed record Flatten : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Flatten";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => LayerShape.Vector(checked((int)Map(inputs[0]).Elements));
}

/// <summary>Fully connected layer with bias, then the activation.</summary>
public sealed record Dense(int Units, Initializer Initializer, Activation Activation = Activation.None) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Dense";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => Linear.Shape(inputs[0], Units);
    internal override long Parameters(LayerShape input) => Linear.Parameters(input, Units);
    internal override long Macs(LayerShape input, LayerShape output) => input.Elements * Units;
}

/// <summary>
/// The last dense layer. It gives logits; <paramref name="Unit"/> says what makes probabilities of them. One sigmoid unit is P(class 1).
/// </summary>
public sealed record Output(int Units, OutputUnit Unit, Initializer Initializer) : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Dense";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) => Linear.Shape(inputs[0], Units);
    internal override long Parameters(LayerShape input) => Linear.Parameters(input, Units);
    internal override long Macs(LayerShape input, LayerShape output) => input.Elements * Units;
}

/// <summary>Maps of equal height and width, one behind the other by channel, in the order of the inputs.</summary>
public sealed record Concat : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Concatenate";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) =>
        inputs.All(i => i.Height == inputs[0].Height && i.Width == inputs[0].Width)
            ? inputs[0] with { Channels = inputs.Sum(i => i.Channels) }
            : throw new InvalidOperationException($"cannot join maps of {string.Join(" and ", inputs)}");
}

/// <summary>Sum of equal shapes.</summary>
public sealed record Add : LayerOp
{
    /// <inheritdoc/>
    public override string Type => "Add";
    internal override LayerShape Shape(IReadOnlyList<LayerShape> inputs) =>
        inputs.All(i => i == inputs[0]) ? inputs[0] : throw new InvalidOperationException($"cannot add {string.Join(" and ", inputs)}");
}

internal static class Linear
{
    public static LayerShape Shape(LayerShape input, int units) =>
        input.IsVector ? LayerShape.Vector(units) : throw new InvalidOperationException("needs a vector, but gets a map");

    public static long Parameters(LayerShape input, int units) => (input.Elements + 1) * units;
}
